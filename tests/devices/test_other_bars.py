"""Bars of described vendors and Modbus digit displays, each against its twin on a pseudo-terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import registry
from hardware.bars import modbus
from hardware.bars.digits import ModbusDigits, ModbusDigitsOptions, Registers, open_digits
from hardware.bars.numerals import number_in, ticket_in
from hardware.bars.template import DescribedBars, TemplateBarOptions, open_template
from hardware.bars.virtual import VirtualBars, machine_for
from hardware.errors import BarError, FrameError, OptionError
from hardware.frames.reading import load
from hardware.ports import BarLine, Colour, Condition, Effect


def test_a_described_bar_shows_clears_dims_and_refuses() -> None:
    twin = VirtualBars(range(1, 4), machine=machine_for("bar485"))
    bar = open_template("bar", TemplateBarOptions(frames="bar485", port=twin.port, baud=115200, wait=0.5))
    try:
        bar.show(2, (BarLine("A012到3号窗口", Colour.GREEN, Effect.SCROLL),))
        assert twin.wait_for(lambda: twin.bars[2].text == "A012到3号窗口")
        bar.brightness(2, 30)
        assert twin.wait_for(lambda: twin.bars[2].percent == 30)
        bar.clear(2)
        assert twin.wait_for(lambda: twin.bars[2].text == "")
        assert bar.ping(2).condition is Condition.OK
        assert bar.ping(9).condition is Condition.DOWN
        assert bar.health().code == "bars_silent" or bar.health().code == "ok"
        bar.show(3, (BarLine("A001"),), seconds=0.3)  # this vendor's bars do not forget: the driver clears
        assert twin.wait_for(lambda: twin.bars[3].text == "A001")
        assert twin.wait_for(lambda: twin.bars[3].text == "")
    finally:
        bar.close()
        twin.close()


def test_a_bar_that_never_answers_is_told_blind() -> None:
    twin = VirtualBars(range(1, 4), machine=machine_for("board4"))
    bar = open_template("bar", TemplateBarOptions(frames="board4", port=twin.port, baud=115200))
    try:
        bar.show(3, (BarLine("A999到3号窗口"),))
        assert twin.wait_for(lambda: twin.bars[3].text == "999")
        assert bar.ping(3).code == bar.health().code == "one_way"
        with pytest.raises(BarError, match="does not fit"):
            bar.show(3, (BarLine("A70000"),))
    finally:
        bar.close()
        twin.close()


def test_what_a_vendor_lacks_is_the_nearest_it_has() -> None:
    bars = DescribedBars(load("bar485"))
    still, flash = (bars.show(1, (BarLine("A", Colour.RED, effect),), 0)[0] for effect in (Effect.STILL, Effect.FLASH))
    assert (still[5:7], flash[5:7]) == (b"\x01\x00", b"\x01\x02")
    assert bars.ability.colours == frozenset(Colour)


def test_a_refusal_is_a_warning() -> None:
    bars = DescribedBars(load("bar485"))
    framer = bars.framer()
    framer.feed(bytes.fromhex("AA 55 02 02 80 05 89 0D"))
    message = framer.take()
    assert message is not None
    verdict = bars.verdict(2, message)
    assert verdict is not None
    assert "8005" in verdict.refused.replace(" ", "")
    assert bars.verdict(3, message) is None


def test_a_wrong_description_is_a_status_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('name = "x"\n[frame]\nparts = "address data chek"\ndata_bytes = 2\n', encoding="utf-8")
    bar = registry.open_bar({"driver": "template", "frames": str(path)})
    health = bar.health()
    assert (health.condition, health.code) == (Condition.DOWN, "bad_setting")
    assert "ours.toml: line 3: parts must be hex bytes" in health.detail
    with pytest.raises(OptionError, match=r"needs a table \[show\]"):
        open_template("bar", TemplateBarOptions(frames="pad68"))


def test_digit_displays_show_the_ticket_number() -> None:
    twin = VirtualBars(range(1, 4), machine=machine_for("modbus"))
    bar = open_digits("digits", ModbusDigitsOptions(port=twin.port, baud=115200, wait=0.5))
    try:
        bar.show(2, (BarLine("A012到3号窗口"),))
        assert twin.wait_for(lambda: twin.bars[2].text == "A012")
        bar.show(2, (BarLine("暂停服务"),))
        assert twin.wait_for(lambda: twin.bars[2].text == "")
        assert bar.ping(2).condition is Condition.OK
        twin.set_fault(2, "mute", True)
        assert bar.ping(2).condition is Condition.DOWN
    finally:
        bar.close()
        twin.close()


def test_modbus_frames_are_those_of_the_specification() -> None:
    assert modbus.read(0x11, 0x6B, 3) == bytes.fromhex("11 03 006B 0003 7687")
    assert modbus.write(0x11, 1, [0x0A, 0x0102]) == bytes.fromhex("11 10 0001 0002 04 000A 0102 C6F0")


@pytest.mark.parametrize(
    ("layout", "text", "values"),
    [
        ("ascii", "A012到3号窗口", [0x4130, 0x3132]),
        ("ascii", "B7", [0x2020, 0x4237]),
        ("ascii", "", [0x2020, 0x2020]),
        ("digits", "A012", [0x41, 0x30, 0x31, 0x32]),
        ("number", "A012", [12]),
        ("number", "A99999", [0xFFFF]),
        ("long", "A99999", [1, 34463]),
    ],
)
def test_registers_hold_the_number_as_the_make_wants_it(layout: str, text: str, values: list[int]) -> None:
    assert Registers(0, 4, layout).values(text) == values


def test_an_exception_is_a_refusal_and_busy_is_asked_again() -> None:
    digits = ModbusDigits(Registers(0, 4, "ascii"))
    refused = digits.verdict(2, modbus.Message(2, 0x90, b"\x02"))
    assert refused is not None
    assert refused.refused == "no such register"
    assert digits.verdict(2, modbus.Message(2, 0x90, b"\x06")) is None
    assert digits.verdict(2, modbus.Message(3, 0x10, b"\0\0\0\2")) is None


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_number_or_none(text: str) -> None:
    assert number_in(text) >= 0
    assert ticket_in(text) in text
    for layout in ("ascii", "digits", "number", "long"):
        assert all(0 <= value <= 0xFFFF for value in Registers(0, 4, layout).values(text))


@given(st.booleans(), st.lists(st.one_of(st.binary(max_size=40), st.just(modbus.read(1, 0))), max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_modbus_messages_or_nothing(answers: bool, parts: list[bytes]) -> None:
    frames = modbus.Unframer(answers=answers)
    for part in parts:
        frames.feed(part)
        for _ in range(300):
            message = frames.take()
            if message is None:
                break
            try:
                modbus.written(message)
            except FrameError:
                continue
        else:
            pytest.fail("take() never came to an end")


@given(
    st.integers(1, 247),
    st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20),
    st.binary(max_size=4),
    st.integers(1, 9),
)
@settings(max_examples=150, deadline=None)
def test_modbus_requests_are_found_after_junk_and_in_fragments(
    address: int, values: list[int], junk: bytes, step: int
) -> None:
    junk = junk.translate(None, bytes(range(32)) + bytes(range(0x80, 0x100)))
    stream = junk + modbus.write(address, 7, values)
    frames, found = modbus.Unframer(answers=False), []
    for start in range(0, len(stream), step):
        frames.feed(stream[start : start + step])
        while (message := frames.take()) is not None:
            found.append(message)
    assert modbus.written(found[-1]) == (7, tuple(values))
