"""The BX-5K protocol against its published frames, and against anything a cable may carry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.bars import bx5k
from hardware.bars.dialect import ACCEPTED
from hardware.bars.onbon import OnbonBars
from hardware.bus.checks import CHECKS, crc16
from hardware.errors import FrameError
from hardware.ports import BarLine, Colour, Effect

PING = "A5A5A5A5A5A5A5A5 0100 0080 000000 00 00 00 FE 02 0500 A200010000 68F8 5A"
CLEAR = "A5A5A5A5A5A5A5A5 0100 0080 000000 00 00 00 FE 02 0500 A310010000 51F8 5A"
FORMAT = "A5A5A5A5A5A5A5A5 0100 0080 000000 00 00 00 FE 02 0500 A100010000 2CF8 5A"
WELCOME = (
    "A5A5A5A5A5A5A5A5 FEFF 0080 000000 00 00 00 FE 02 2C00 A306010000 00 01 2300"
    "00 0080 0000 8080 2000 00 00 00 0A00 000000 02 01 01 00 02 0A 08000000 BBB6D3ADB9E2C1D9 3C49 5A"
)
ACKNOWLEDGED = "A5A5A5A5A5A5A5A5 0080 FEFF 000000 00 00 00 FE 02 0500 A000000000 14AC 5A"


def bytes_of(text: str) -> bytes:
    return bytes.fromhex(text)


def messages(data: bytes) -> list[bx5k.Message]:
    frames = bx5k.Unframer()
    frames.feed(data)
    found = []
    while (message := frames.take()) is not None:
        found.append(message)
    return found


@pytest.mark.parametrize(
    ("frame", "to", "data"),
    [
        (PING, 1, bx5k.command(bx5k.PING)),
        (CLEAR, 1, bx5k.command(bx5k.CLEAR)),
        (FORMAT, 1, bx5k.command(b"\xa1\x00")),
        (
            WELCOME,
            bx5k.EVERYBODY,
            bx5k.show(bx5k.Area(128, 32, pixels=True), bx5k.encoded("欢迎光临"), Effect.STILL, 0),
        ),
    ],
)
def test_requests_are_the_published_bytes(frame: str, to: int, data: bytes) -> None:
    assert bx5k.frame(to, data) == bytes_of(frame)
    assert messages(bytes_of(frame)) == [bx5k.Message(to, bx5k.HOST, data)]


@pytest.mark.parametrize("extra", ["", "A5", "00FF68"])
def test_the_published_answer_is_understood_and_made_bit_for_bit(extra: str) -> None:
    answer = bx5k.reply(bx5k.ACK)
    assert bx5k.frame(bx5k.HOST, answer, sender=bx5k.EVERYBODY) == bytes_of(ACKNOWLEDGED)
    assert messages(bytes_of(extra + ACKNOWLEDGED)) == [bx5k.Message(bx5k.HOST, bx5k.EVERYBODY, answer)]


def test_the_published_example_whose_check_is_not_its_own_is_refused() -> None:
    with pytest.raises(FrameError, match="checksum"):
        messages(
            bytes_of(
                "A5A5A5A5A5A5A5A50100008000000000000 0FE023200A306012D00000129000000000000800020000000000200000000"
                "02020300 04050E00000030313233343551525354545627 42A87D5A".replace(" ", "")
            )
        )


def test_checks_have_their_catalogued_values() -> None:
    assert crc16(b"123456789", 0) == 0xBB3D  # CRC-16/ARC
    assert crc16(b"123456789") == 0x4B37  # CRC-16/MODBUS
    assert [CHECKS[kind][1](b"\xff\x68\x02") for kind in ("xor", "sum8", "sum16")] == [0x95, 0x69, 0x169]


@pytest.mark.parametrize("byte", [0xA5, 0xA6, 0x5A, 0x5B])
def test_a_byte_that_means_something_travels_escaped(byte: int) -> None:
    frame = bx5k.frame(byte, bx5k.command(bx5k.PING))
    assert frame[8:10] in {b"\xa6\x02", b"\xa6\x01", b"\x5b\x02", b"\x5b\x01"}
    assert not {0xA5, 0x5A} & set(frame[8:-1])
    assert messages(frame) == [bx5k.Message(byte, bx5k.HOST, bx5k.command(bx5k.PING))]


def test_a_text_goes_through_with_its_colours_and_seconds() -> None:
    bars = OnbonBars(bx5k.Area(128, 32))
    lines = (BarLine("A012", Colour.GREEN, Effect.SCROLL), BarLine(r"3\号", Colour.YELLOW))
    (frame,) = bars.show(7, lines, 12.2)
    (message,) = messages(frame)
    shown = bx5k.shown(message.data)
    assert shown is not None
    assert (message.to, shown[0].decode("gb2312"), shown[1]) == (7, r"\C2A012\n\C33＼号", 13)
    assert bars.ability.lines == 2
    assert bars.ability.columns == 16


@pytest.mark.parametrize(
    ("sender", "answer", "verdict"),
    [
        (7, bx5k.reply(bx5k.ACK), "accepted"),
        (bx5k.EVERYBODY, bx5k.reply(bx5k.ACK), "accepted"),
        (8, bx5k.reply(bx5k.ACK), None),
        (7, bx5k.reply(bx5k.NACK, error=2), "command not known"),
        (7, bx5k.reply(bx5k.NACK, error=3), None),  # busy: asked again
        (7, bx5k.reply(bx5k.NACK), "error 0"),
    ],
)
def test_what_a_card_answers_counts_only_from_that_card(sender: int, answer: bytes, verdict: str | None) -> None:
    told = OnbonBars(bx5k.Area(128, 16)).verdict(7, bx5k.Message(bx5k.HOST, sender, answer))
    assert (None if told is None else "accepted" if told == ACCEPTED else told.refused) == verdict


def test_our_own_words_heard_back_are_no_answer() -> None:
    told = OnbonBars(bx5k.Area(128, 16)).verdict(7, bx5k.Message(7, bx5k.HOST, bx5k.command(bx5k.PING)))
    assert told is None


@given(st.text(max_size=60), st.sampled_from([None, *Colour]))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_shown(text: str, colour: Colour | None) -> None:
    data = bx5k.show(bx5k.Area(128, 16), bx5k.encoded(text, colour), Effect.STILL, 0)
    (message,) = messages(bx5k.frame(3, data))
    shown = bx5k.shown(message.data)
    assert shown is not None
    assert shown[0] == bx5k.encoded(text, colour)
    assert b"\\" not in bx5k.encoded(text)


@given(st.integers(0, 0xFFFF), st.binary(min_size=2, max_size=200), st.binary(max_size=20), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_frames_are_found_after_junk_and_in_any_fragments(to: int, data: bytes, junk: bytes, step: int) -> None:
    stream = junk.replace(b"\xa5", b"").replace(b"\x5a", b"") + bx5k.frame(to, data) + bx5k.frame(5, data)
    frames = bx5k.Unframer()
    found = []
    for start in range(0, len(stream), step):
        frames.feed(stream[start : start + step])
        while (message := frames.take()) is not None:
            found.append(message)
    assert found == [bx5k.Message(to, bx5k.HOST, data), bx5k.Message(5, bx5k.HOST, data)]


@given(st.binary(min_size=2, max_size=60), st.integers(0, 7), st.integers(0, 10_000))
@settings(max_examples=200, deadline=None)
def test_no_damaged_bit_goes_unnoticed(data: bytes, bit: int, place: int) -> None:
    frame = bytearray(bx5k.frame(9, data))
    place = 8 + place % (len(frame) - 9)  # between preamble and end
    frame[place] ^= 1 << bit
    try:
        assert messages(bytes(frame)) == []
    except FrameError:
        return


PARTS = st.one_of(st.binary(max_size=50), st.just(bytes_of(PING)), st.sampled_from([b"\xa5", b"\x5a", b"\xa6"]))


@given(st.lists(PARTS, max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_but_frame_errors_and_an_end_comes(parts: list[bytes]) -> None:
    frames = bx5k.Unframer()
    for part in parts:
        frames.feed(part)
        for _ in range(1000):
            try:
                message = frames.take()
            except FrameError:
                continue
            if message is None:
                break
            try:
                bx5k.shown(message.data)
            except FrameError:
                continue
        else:
            pytest.fail("take() never came to an end")


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_request_to_show_is_a_text_or_a_frame_error(rest: bytes) -> None:
    try:
        shown = bx5k.shown(bx5k.SHOW + rest)
    except FrameError:
        return
    assert shown is not None
    assert len(shown[0]) <= len(rest)
