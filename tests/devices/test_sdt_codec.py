"""The SDT protocol against its published frames, and against anything a line may carry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.cardreaders import sdt
from hardware.errors import CardError, FrameError


def bytes_of(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (sdt.RESET, "AAAAAA9669 0003 10FF EC"),
        (sdt.STATUS, "AAAAAA9669 0003 11FF ED"),
        (sdt.MODULE_ID, "AAAAAA9669 0003 12FF EE"),
        (sdt.FIND, "AAAAAA9669 0003 2001 22"),
        (sdt.SELECT, "AAAAAA9669 0003 2002 21"),
        (sdt.READ_TEXT_PHOTO, "AAAAAA9669 0003 3001 32"),
        (sdt.READ_ALL, "AAAAAA9669 0003 3010 23"),
    ],
)
def test_requests_are_the_published_bytes(command: bytes, frame: str) -> None:
    assert sdt.request(command) == bytes_of(frame)


@pytest.mark.parametrize(
    ("frame", "code", "data"),
    [
        ("AAAAAA9669 0008 00009F 00000000 97", sdt.FOUND, bytes(4)),
        ("AAAAAA9669 000C 000090 0000000000000000 9C", sdt.OK, bytes(8)),
        ("AAAAAA9669 0004 000080 84", sdt.NO_CARD, b""),
        ("AAAAAA9669 0004 000081 85", sdt.SELECT_FAILED, b""),
        ("AAAAAA9669 0004 000041 45", sdt.READ_FAILED, b""),
    ],
)
def test_published_answers_are_understood_and_made_bit_for_bit(frame: str, code: int, data: bytes) -> None:
    reader = sdt.AnswerReader()
    reader.feed(bytes_of(frame))
    assert reader.take() == sdt.Answer(code, data)
    assert sdt.response(code, data) == bytes_of(frame)


@pytest.mark.parametrize(("fingerprint", "total"), [(1024, 2321), (512, 1809), (0, 1297)])
def test_a_whole_read_has_the_published_length_and_only_its_text_stays(fingerprint: int, total: int) -> None:
    head = (256).to_bytes(2, "big") + (1024).to_bytes(2, "big") + fingerprint.to_bytes(2, "big")
    frame = sdt.response(sdt.OK, head + b"t" * 256 + b"p" * 1024 + b"f" * fingerprint)
    assert len(frame) == total
    reader = sdt.AnswerReader()
    reader.feed(frame)
    answer = reader.take()
    assert answer is not None
    assert sdt.text_of(answer.data, parts=3) == b"t" * 256


def test_a_read_without_fingerprint_has_its_published_length() -> None:
    data = bytes_of("0100 0400") + bytes(256 + 1024)
    assert len(sdt.response(sdt.OK, data)) == 1295
    assert len(sdt.text_of(data, parts=2)) == 256


@given(st.binary(max_size=2000))
@settings(max_examples=60, deadline=None)
def test_a_read_cut_short_is_a_card_error(data: bytes) -> None:
    try:
        text = sdt.text_of(data, parts=3)
    except CardError:
        return
    assert len(text) <= len(data)


def test_the_module_number_is_written_as_on_the_reader() -> None:
    data = bytes_of("0500 0300") + (20170531).to_bytes(4, "little") + (1234567).to_bytes(4, "little") + bytes(4)
    assert sdt.module_number(data) == "05.03-20170531-0001234567-0000000000"
    with pytest.raises(FrameError):
        sdt.module_number(data[:-1])


JUNK = st.binary(max_size=6).filter(lambda data: 0x69 not in data)


@given(st.binary(max_size=300), JUNK, st.integers(1, 64))
@settings(max_examples=100, deadline=None)
def test_frames_are_found_after_junk_and_in_any_fragments(data: bytes, junk: bytes, step: int) -> None:
    stream = junk + sdt.response(sdt.OK, data) + sdt.response(sdt.NO_CARD)
    reader = sdt.AnswerReader()
    found = []
    for start in range(0, len(stream), step):
        reader.feed(stream[start : start + step])
        while (answer := reader.take()) is not None:
            found.append(answer)
    assert found == [sdt.Answer(sdt.OK, data), sdt.Answer(sdt.NO_CARD)]


@given(st.binary(min_size=1, max_size=60), st.integers(0, 255), st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_no_damaged_byte_goes_unnoticed(data: bytes, value: int, place: int) -> None:
    frame = bytearray(sdt.response(sdt.OK, data))
    place = 7 + place % (len(frame) - 7)  # behind preamble and length
    if frame[place] == value:
        return
    frame[place] = value
    reader = sdt.AnswerReader()
    reader.feed(bytes(frame))
    with pytest.raises(FrameError, match="checksum"):
        reader.take()


@given(st.lists(st.one_of(st.binary(max_size=50), st.just(sdt.SYNC), st.just(sdt.response(0x80))), max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_but_frame_errors_and_an_end_comes(parts: list[bytes]) -> None:
    reader = sdt.AnswerReader()
    for part in parts:
        reader.feed(part)
        for _ in range(1000):
            try:
                if reader.take() is None:
                    break
            except FrameError:
                continue
        else:
            pytest.fail("take() never came to an end")
