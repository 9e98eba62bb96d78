"""Keys become acts: in both orders, with digits that belong to nobody forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import OptionError
from hardware.frames.description import MARKS
from hardware.pads.described import addresses_of
from hardware.pads.evdev import CALL_KEYS, keys_of
from hardware.pads.inputevents import DOWN, KEY, NAMES, RECORD, REPEATED, SYNC, UP, Decoder, record
from hardware.pads.keypad import FORGET, MOST_DIGITS, NEEDS_DIGITS, Keypad
from hardware.ports import PadAct


def acts(*keys: PadAct | str) -> list[tuple[PadAct, str]]:
    pad = Keypad()
    return [act for key in keys if (act := pad.press(key, 1.0)) is not None]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([PadAct.CALL_NEXT], [(PadAct.CALL_NEXT, "")]),
        (["1", "2", PadAct.TRANSFER], [(PadAct.TRANSFER, "12")]),
        ([PadAct.TRANSFER, "1", "2", "enter"], [(PadAct.TRANSFER, "12")]),
        ([PadAct.TRANSFER, "enter"], []),
        ([PadAct.TRANSFER, "1", "clear", "2", "enter"], []),
        (["7", PadAct.CALL_NEXT, PadAct.TRANSFER, "3", "enter"], [(PadAct.CALL_NEXT, ""), (PadAct.TRANSFER, "3")]),
        ([PadAct.TRANSFER, PadAct.RECALL, "3", "enter"], [(PadAct.RECALL, "")]),
        ([PadAct.SIGN_IN, "1", "0", "0", "7", "enter"], [(PadAct.SIGN_IN, "1007")]),
        (["5", "enter"], []),
    ],
)
def test_what_a_clerk_presses_is_what_he_means(keys: list[PadAct | str], expected: list[tuple[PadAct, str]]) -> None:
    assert acts(*keys) == expected


def test_digits_do_not_wait_for_the_next_clerk() -> None:
    pad = Keypad()
    pad.press("3", 0.0)
    assert pad.press(PadAct.TRANSFER, FORGET + 0.1) is None
    assert pad.press("4", FORGET + 0.2) is None
    assert pad.press("enter", FORGET + 0.3) == (PadAct.TRANSFER, "4")


@given(st.lists(st.sampled_from([*PadAct, *sorted(MARKS)]), max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_keys_give_acts_that_have_what_they_need(keys: list[PadAct | str]) -> None:
    for act, digits in acts(*keys):
        assert bool(digits) == (act in NEEDS_DIGITS)
        assert len(digits) <= MOST_DIGITS


def test_records_of_the_kernel_are_read_and_releases_and_repeats_passed_over() -> None:
    stream = b"".join(
        record(kind, code, value)
        for kind, code, value in [
            (4, 4, 0x70057),
            (KEY, 78, DOWN),
            (SYNC, 0, 0),
            (KEY, 78, REPEATED),
            (KEY, 78, UP),
            (KEY, 79, DOWN),
            (KEY, 255, DOWN),
        ]
    )
    assert RECORD.size in {16, 24}
    for step in (1, 7, len(stream)):
        decoder = Decoder()
        found = [key for start in range(0, len(stream), step) for key in decoder.feed(stream[start : start + step])]
        assert found == ["KPPLUS", "KP1", "#255"]


@given(st.lists(st.binary(max_size=100), max_size=10))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_keys_or_nothing(parts: list[bytes]) -> None:
    decoder = Decoder()
    for part in parts:
        assert all(key in NAMES.values() or key.startswith("#") for key in decoder.feed(part))


def test_the_usual_keys_of_a_keypad_cover_every_act() -> None:
    assert {key for key in keys_of(CALL_KEYS).values() if isinstance(key, PadAct)} == set(PadAct)
    assert keys_of("F1=recall #255=pause")["#255"] is PadAct.PAUSE
    for wrong in ("KPLUS=recall", "F1=dance", "F1"):
        with pytest.raises(OptionError, match="keys"):
            keys_of(wrong)


def test_addresses_are_spans_and_numbers() -> None:
    assert addresses_of("1-3, 7,2") == (1, 2, 3, 7)
    for wrong in ("", "a", "3-1", "1-900", "-3", "1,,2", "70000"):
        with pytest.raises(OptionError, match="pads"):
            addresses_of(wrong)
