"""The bytes of ESC/POS both ways: statuses bit by bit, slips in two modes, any stream taken apart safely."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardware.errors import FrameError
from hardware.ports import Condition
from hardware.printers import status
from hardware.printers.commands import picture_bytes, printable, text_bytes
from hardware.printers.machine import Faults
from hardware.printers.paper import Paper
from hardware.printers.stream import Parser
from hardware.printers.vocabulary import Ask, Column, Command, Cut, Print, Raster, Set, Symbol, Unknown
from hardware.slip import QrCode, Rule, Slip, Text

QUIET = dict.fromkeys(status.QUESTIONS, 0x12)


def test_a_healthy_printer_is_ok() -> None:
    assert status.parse(QUIET).health().condition is Condition.OK


@pytest.mark.parametrize(
    ("question", "byte", "code"),
    [
        (status.ASK_PRINTER, 0x1A, "printer_offline"),
        (status.ASK_OFFLINE, 0x16, "cover_open"),
        (status.ASK_OFFLINE, 0x32, "paper_out"),
        (status.ASK_OFFLINE, 0x52, "printer_error"),
        (status.ASK_ERROR, 0x1A, "printer_error"),
        (status.ASK_ERROR, 0x32, "printer_error"),
        (status.ASK_ERROR, 0x52, "printer_error"),
        (status.ASK_PAPER, 0x72, "paper_out"),
    ],
)
def test_each_bit_means_its_fault(question: bytes, byte: int, code: str) -> None:
    state = status.parse(QUIET | {question: byte})
    fault = state.fault()
    assert fault is not None
    assert fault.code == code
    assert state.health().condition is Condition.DOWN


def test_a_roll_near_its_end_is_a_warning_and_prints() -> None:
    state = status.parse(QUIET | {status.ASK_PAPER: 0x1E})
    assert state.fault() is None
    assert (state.health().condition, state.health().code) == (Condition.WARNING, "paper_low")


def test_the_cause_a_person_can_remove_is_named_first() -> None:
    state = status.parse({status.ASK_PRINTER: 0x1A, status.ASK_OFFLINE: 0x36, status.ASK_ERROR: 0x5A})
    fault = state.fault()
    assert fault is not None
    assert fault.code == "cover_open"


@given(st.integers(0, 255))
def test_no_byte_is_both_an_answer_at_once_and_one_in_order(byte: int) -> None:
    assert not (status.is_answer(byte) and status.is_ordered_answer(byte))


def test_only_an_answer_in_order_confirms() -> None:
    assert status.paper_out_at_confirmation(0x0F)
    assert not status.paper_out_at_confirmation(0x03)
    with pytest.raises(FrameError):
        status.paper_out_at_confirmation(0x12)


@given(
    paper_out=st.booleans(),
    paper_low=st.booleans(),
    cover_open=st.booleans(),
    cutter=st.booleans(),
    error=st.booleans(),
)
def test_the_twin_says_what_the_driver_understands(
    paper_out: bool, paper_low: bool, cover_open: bool, cutter: bool, error: bool
) -> None:
    faults = Faults(paper_out=paper_out, paper_low=paper_low, cover_open=cover_open, cutter=cutter, error=error)
    state = status.parse({question: faults.answer(question[2]) for question in status.QUESTIONS})
    assert state.cover_open == cover_open
    assert state.paper_out == paper_out
    assert state.paper_low == (paper_low or paper_out)
    assert state.cutter_fault == cutter
    assert state.offline == faults.stopped
    assert (state.fault() is None) == (not faults.stopped)
    assert all(status.is_answer(faults.answer(number)) for number in (1, 2, 3, 4))
    assert status.is_ordered_answer(faults.ordered_answer())


def test_text_mode_sends_chinese_as_gb18030_with_both_size_commands_and_is_small(slip: Slip) -> None:
    data = text_bytes(slip, 576, 203)
    assert data.startswith(b"\x1b@\x1c&")
    assert "滨江市政务服务中心".encode("gb18030") in data
    assert b"\x1d!\x55A012\n" in data  # 18 mm is six times 24 dots
    assert b"\x1c!\x0c" in data
    assert b"\x1d(k" in data
    assert data.endswith(b"\x1dVB\x00")
    assert len(data) < 700


def test_text_mode_draws_what_most_printers_cannot_set() -> None:
    assert not printable("㐂先生")  # four bytes in GB18030
    assert not printable("ئۇيغۇر")
    assert not printable("a\x1b@b")  # nothing in a name may command the printer
    assert printable("办理（A）€")
    commands = Parser().feed(text_bytes(Slip("x", (Text("㐂先生"), Text("普通"))), 384, 203))
    assert sum(isinstance(command, Raster) for command in commands) == 1
    assert "普通".encode("gb18030") == b"".join(c.data for c in commands if isinstance(c, Print))


def test_text_mode_never_lets_the_printer_break_a_line_by_itself() -> None:
    long = Text("工程建设项目审批（含变更、延期）及 Building Permit 0123456789" * 3, 6)
    commands = Parser().feed(text_bytes(Slip("x", (long,)), 384, 203))
    paper = Paper(384)
    for command in commands:
        printed = paper.apply(command)
    assert printed is not None
    assert "".join("".join(printed.text).split()) == "".join(long.text.split())
    lines_sent = text_bytes(Slip("x", (long,)), 384, 203).count(b"\n")
    assert len(printed.text) == lines_sent


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("width", [576, 384])
def test_the_qr_code_of_text_mode_reads(native: bool, width: int, tmp_path: Path) -> None:
    url = "https://hall.example.gov.cn/t/" + "8d4035" * 6
    paper = Paper(width)
    for command in Parser().feed(text_bytes(Slip("x", (QrCode(url, "扫码"),)), width, 203, native_qr=native)):
        printed = paper.apply(command)
    assert printed is not None
    framed = Image.new("L", (width + 80, printed.image.height + 80), 255)
    framed.paste(printed.image, (40, 40))
    assert [code.text for code in zxingcpp.read_barcodes(framed)] == [url]


def test_pictures_come_in_bands_a_small_printer_can_hold(slip: Slip) -> None:
    bands = [c for c in Parser().feed(picture_bytes(slip, 576, 203)) if isinstance(c, Raster)]
    assert len(bands) > 1
    assert all(len(band.data) <= 20_000 and band.stride == 72 for band in bands)


STREAM = (
    b"\x1b@\x1c&\x1ba\x01\x1d!\x11"
    + "号A㐂\n".encode("gb18030")
    + b"\x1dv0\x00\x02\x00\x02\x00\xaa\x55\xaa\x55"
    + b"\x1b*\x21\x02\x00\x01\x02\x03\x04\x05\x06\n"
    + b"\x1d(k\x03\x001C\x04\x1d(k\x05\x001P0hi\x1d(k\x03\x001Q0"
    + b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\x02\x00\xff\x0f\x1d(L\x02\x0002"
    + b"\x10\x04\x01\x1dr\x01\x1dVB\x03\x1bi"
)


def test_every_command_is_understood() -> None:
    commands = Parser().feed(STREAM)
    assert not [command for command in commands if isinstance(command, Unknown)]
    assert Set("align", 1) in commands
    assert Print("㐂".encode("gb18030")) in commands
    assert Raster(2, 2, b"\xaa\x55\xaa\x55") in commands
    assert Raster(1, 2, b"\xff\x0f") in commands
    assert Column(24, bytes(range(1, 7))) in commands
    assert Symbol(80, b"0hi") in commands
    assert Ask(1, real_time=True) in commands
    assert Ask(1, real_time=False) in commands
    assert commands[-2:] == [Cut(3), Cut(0)]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_fragments_change_nothing(cuts: list[int]) -> None:
    parser = Parser()
    commands: list[Command] = []
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in itertools.pairwise(edges):
        commands += parser.feed(STREAM[start:end])
    assert commands == Parser().feed(STREAM)


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"\x1b", b"\x1d", b"\x1c", b"\x10\x04", b"\x1dv0"])))
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_at_all_neither_raise_nor_grow_the_paper_without_end(parts: list[bytes]) -> None:
    parser, paper = Parser(), Paper(384)
    for part in parts:
        for command in parser.feed(part):
            paper.apply(command)
    paper.apply(Cut())


def test_a_rule_and_an_empty_line_are_text_too() -> None:
    commands = Parser().feed(text_bytes(Slip("x", (Rule(), Text(""))), 384, 203))
    assert sum(isinstance(command, Print) for command in commands) == 32
