"""Descriptions of unknown vendors' frames: published frames bit for bit, mistakes found with their line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import DeviceError, OptionError
from hardware.frames.layout import Check, Layout, Message, Name, Number, Unframer
from hardware.frames.reading import DescriptionError, Finding, known, load, read
from hardware.ports import PadAct

XUNPENG = """
name = "parking board of Shenzhen Xunpeng"
charset = "ascii"
addresses = [1, 1]

[frame]
header = "3A"
parts = "data 01 check"
tail = "0A"
data_bytes = 3
check = "sum8"
check_over = "all"

[show]
data = "colour number:2:low"

[colours]
green = "00"
yellow = "01"
red = "02"
"""

BX5K = """
name = "BX-5K, the reference driver's own frames"
addresses = [1, 65533]

[frame]
header = "A5 A5 A5 A5 A5 A5 A5 A5"
parts = "address 0080 0000000000 00 FE 02 length command data check"
tail = "5A"
address_bytes = 2
address_first = "low"
length_bytes = 2
length_first = "low"
length_counts = ["command", "data"]
check = "crc16-arc"
check_first = "low"

[frame.escapes]
"A5" = "A6 02"
"A6" = "A6 01"
"5A" = "5B 02"
"5B" = "5B 01"

[ping]
command = "A2 00"
data = "01 00 00"

[clear]
command = "A3 10"
data = "01 00 00"

[show]
command = "A3 06"
data = "text"
"""


def frame_of(description: str, saying: str, address: int, **values: int | bytes) -> str:
    frame = read(description).frame(saying, address, **values)
    assert frame is not None
    return frame.hex(" ").upper()


def test_published_frames_come_out_of_descriptions_bit_for_bit() -> None:
    board = load("board4").frame("show", 5, number=999)
    assert board == bytes.fromhex("05 03 E7 EF")
    assert frame_of(XUNPENG, "show", 1, colour=b"\0", number=888) == "3A 00 78 03 01 B6 0A"
    preamble, header = "A5 A5 A5 A5 A5 A5 A5 A5", "01 00 00 80 00 00 00 00 00 00 FE 02 05 00"
    assert frame_of(BX5K, "ping", 1) == f"{preamble} {header} A2 00 01 00 00 68 F8 5A"
    assert frame_of(BX5K, "clear", 1).endswith("A3 10 01 00 00 51 F8 5A")


def test_the_pad_of_the_published_frame() -> None:
    pad = load("pad68")
    assert pad.frame("poll", 7) == bytes.fromhex("FF 68 02 02 68 07 01 08 16")
    pressed = pad.layout.build(Message(7, b"\x81", b"\x11"))
    assert pressed == bytes.fromhex("FF 68 03 03 68 07 81 11 99 16")
    pieces = pad.heard["pressed"].read(Message(7, b"\x81", b"\x11"))
    assert pieces is not None
    assert pad.keys[pieces["key"]] is PadAct.CALL_NEXT


@pytest.mark.parametrize("name", known())
def test_every_description_that_comes_with_us_is_good(name: str) -> None:
    description = load(name)
    assert description.name
    for saying in description.said:
        frame = description.frame(
            saying, description.addresses[-1], text=b"A012", number=12, colour=b"\1", effect=b"\1", key=b"\x11"
        )
        assert frame
        unframer = Unframer(description.layout)
        unframer.feed(frame)
        assert unframer.take() is not None


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (2, "name = 7", "must be text"),
        (3, 'charset = "klingon"', "no such charset"),
        (4, "addresses = [9, 1]", "first and the last"),
        (4, "adresses = [1, 9]", "no such key: adresses"),
        (7, 'header = "FX 68"', "hex bytes"),
        (7, 'heeader = "FF 68"', "no such key: heeader"),
        (8, 'parts = "length adress command data check"', "hex bytes"),
        (8, 'parts = "address command data length check"', "length must come before"),
        (8, 'parts = "address length command data"', "both or neither"),
        (8, 'parts = "address length command data data check"', "only once"),
        (10, 'check = "sum9"', "one of xor, sum8"),
        (11, 'check_first = "left"', '"high" or "low"'),
        (12, "address_bytes = 9", "1 to 4"),
        (12, 'address_bytes = "one"', "whole number"),
        (13, 'check_over = "everything"', "check_over must be"),
        (13, 'check_over = ["adress"]', "not 'adress'"),
        (16, 'command = ""', "needs a command"),
        (16, 'command = "0101"', "same bytes"),
        (17, 'data = "{text}"', "not known here"),
        (17, 'data = "percent"', "not known here"),
        (22, 'data = "text"', "not known here"),
        (25, '"11" = "call_nxt"', "must be one of"),
        (25, '"1" = "call_next"', "hex bytes"),
        (28, '"01" = 6', "1 (very dissatisfied)"),
        (31, 'pink = "01"', "pink"),
    ],
)
def test_a_mistake_is_found_with_its_line(line: int, wrong: str, said: str) -> None:
    lines = GOOD.splitlines()
    read(GOOD)
    lines[line - 1] = wrong
    with pytest.raises(DescriptionError) as caught:
        read("\n".join(lines))
    mine = [finding for finding in caught.value.findings if finding.line == line]
    assert any(said in finding.problem for finding in mine), caught.value.detail


GOOD = """
name = "a pad"
charset = "gb2312"
addresses = [1, 99]

[frame]
header = "FF 68"
parts = "address length command data check"
tail = "16"
check = "sum8"
check_first = "high"
address_bytes = 1
check_over = "body"

[show]
command = "01"
data = "text"

[pressed]
command = "81"
# the key
data = "key"

[keys]
"11" = "call_next"

[ratings]
"01" = 5

[colours]
red = "01"
"""


DELIMITED = '[frame]\nparts = "data"\nheader="A5"\ntail="5A"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "line 1: not valid TOML"),
        ('name = "x"\n\n[frame\n', "line 3: not valid TOML"),
        ('name = "x"\n', "needs a table [frame]"),
        ('[frame]\nheader = "FF"\n', "line 1: parts must say"),
        ('[frame]\nparts = "data"\n', "line 2: nobody can tell"),
        ('[frame]\nparts = "address"\n[show]\ncommand = "01"\n', "line 4: [show] has a command"),
        (
            DELIMITED + '[frame.escapes]\n"A5" = "A6 02"\n',
            "must be escaped itself",
        ),
        (
            DELIMITED + '[frame.escapes]\n"5A" = "5A 02"\n',
            "first byte of the tail",
        ),
        ('[frame]\nparts = "data"\ndata_bytes=1\n[frame.escapes]\n"5A" = "5B 02"\n', "need a header and a tail"),
        (DELIMITED + '[frame.escapes]\n"5A" = "5B"\n', "one byte into two"),
        ('[frame]\nparts="data"\ndata_bytes=1\n[shows]\n', "line 4: no such table: shows"),
    ],
)
def test_what_cannot_work_is_said(text: str, said: str) -> None:
    with pytest.raises(DescriptionError) as caught:
        read(text)
    assert said in caught.value.detail


def test_a_length_that_is_not_the_length_is_no_message() -> None:
    layout = Layout(b"\xaa", (Name.ADDRESS, Name.LENGTH, Name.DATA, Name.CHECK), b"", data_size=2, check=Check("xor"))
    good = layout.build(Message(1, b"", b"ab"))
    unframer = Unframer(layout)
    unframer.feed(good)
    assert unframer.take() == Message(1, b"", b"ab")
    unframer.feed(good[:2] + bytes([good[2] ^ 1]) + good[3:5] + bytes([good[5] ^ 1]))
    assert unframer.take() is None


def test_all_findings_are_told_at_once_and_the_setting_is_named(tmp_path: object) -> None:
    bad = GOOD.replace('"sum8"', '"sum9"').replace('"call_next"', '"call"')
    with pytest.raises(DescriptionError) as caught:
        read(bad)
    assert [finding.line for finding in caught.value.findings][-1] == 25
    assert len(caught.value.findings) >= 2
    with pytest.raises(OptionError, match="frames: /no/such") as missing:
        load("/no/such.toml")
    assert "pad68" in missing.value.detail


def test_a_number_that_does_not_fit_is_an_error_and_seconds_become_the_most() -> None:
    with pytest.raises(DeviceError):
        load("board4").frame("show", 5, number=70000)
    assert load("rating485").frame("ask", 1, seconds=9999) == load("rating485").frame("ask", 1, seconds=255)


NUMBERS = st.builds(Number, st.integers(1, 2), st.booleans())
KINDS = st.sampled_from(["xor", "sum8", "sum16", "crc16", "crc16-arc"])
CHECKS = st.builds(Check, KINDS, st.none(), st.booleans(), st.booleans())
ESCAPES = {b"\xa5": b"\xa6\x02", b"\xa6": b"\xa6\x01", b"\x5a": b"\x5b\x02", b"\x5b": b"\x5b\x01"}


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Frames whose end is told by a length, a fixed size or a tail that cannot stand inside."""
    end = draw(st.sampled_from(["length", "fixed", "escapes"]))
    parts = [Name.ADDRESS, Name.COMMAND, Name.DATA, Name.CHECK]
    if end == "length":
        parts.insert(draw(st.integers(0, 2)), Name.LENGTH)
    return Layout(
        b"\xa5" if end == "escapes" else b"\xaa\x55",
        tuple(parts),
        b"\x5a" if end == "escapes" else draw(st.sampled_from([b"", b"\x16", b"\r\n"])),
        address=draw(NUMBERS),
        length=Number(2),
        more=draw(st.integers(0, 3)),
        check=draw(CHECKS),
        data_size=4 if end == "fixed" else None,
        escapes=ESCAPES if end == "escapes" else {},
    )


SMALL = st.integers(0, 0xA0)


@given(layouts(), SMALL, SMALL, st.tuples(SMALL, SMALL, SMALL, SMALL), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_any_layout_finds_its_own_frames_after_junk_and_in_any_fragments(
    layout: Layout, address: int, command: int, data: tuple[int, ...], step: int
) -> None:
    message = Message(address, bytes([command]), bytes(data))
    stream = b"\x00\xff" + layout.build(message) + layout.build(message)
    unframer, found = Unframer(layout), []
    for start in range(0, len(stream), step):
        unframer.feed(stream[start : start + step])
        while (taken := unframer.take()) is not None:
            found.append(taken)
    assert found == [message, message]


@given(layouts(), SMALL, SMALL, st.integers(0, 7), st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_a_damaged_bit_is_never_another_message(layout: Layout, address: int, value: int, bit: int, place: int) -> None:
    message = Message(address, b"\x01", bytes([value] * 4))
    frame = bytearray(layout.build(message))
    place %= len(frame)
    frame[place] ^= 1 << bit
    unframer = Unframer(layout)
    unframer.feed(bytes(frame))
    assert unframer.take() is None


@given(layouts(), st.lists(st.binary(max_size=60), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_messages_or_nothing_and_an_end_comes(layout: Layout, parts: list[bytes]) -> None:
    unframer = Unframer(layout)
    for part in parts:
        unframer.feed(part)
        for _ in range(600):
            if unframer.take() is None:
                break
        else:
            pytest.fail("take() never came to an end")


WORDS = st.sampled_from(
    ['"FF"', '"address data check"', '"sum8"', '"text"', "1", "true", "-3", '"x"', "[1, 2]", '["data"]']
)
TOP = st.sampled_from(["name", "charset", "addresses", "lines", "show", "keys", "pressed", "x"])
FRAME = st.sampled_from(["header", "parts", "tail", "check", "check_over", "escapes", "data_bytes", "length_more"])


def findings(text: str) -> list[Finding]:
    try:
        read(text)
    except DescriptionError as fault:
        return fault.findings
    return []


@given(st.dictionaries(TOP, WORDS, max_size=5), st.dictionaries(FRAME, WORDS, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_toml_is_a_description_or_findings_with_lines(top: dict[str, str], frame: dict[str, str]) -> None:
    lines = [f"{key} = {value}" for key, value in top.items()]
    lines += ["[frame]", *(f"{key} = {value}" for key, value in frame.items())]
    assert all(1 <= finding.line <= len(lines) for finding in findings("\n".join(lines)))


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_description_or_findings(text: str) -> None:
    assert findings(text)


def test_the_description_in_the_manual_is_a_good_one() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
    (block,) = (block for block in re.findall(r"```toml\n(.*?)```", manual, re.DOTALL) if "[frame]" in block)
    bars = read(block)
    frame = bars.frame("show", 3, text=b"A\r", colour=b"\1")
    assert frame == bytes.fromhex("AA 55 03 04 01 01 41 1B 01 57 0D")
