"""Lists of bookings as spreadsheets write them: encodings, headings in both languages, and each wrong line named."""

from __future__ import annotations

import contextlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.bookingfile import BookingFileError, Line, lines_of, text_of

ZONE = ZoneInfo("Asia/Shanghai")
CHINESE = (
    "预约编号,事项,日期,时间,姓名,身份证号,手机\r\n"
    "A-1,养老保险,2026/3/2,9:30-10:00,张小明,11010519491231002X,13812345678\r\n"
)


def read(text: str) -> list[Line]:
    return lines_of(text, ZONE, {"养老保险": "pension"})


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with BOM"), ("gbk", "GBK"), ("utf-16", "UTF-16")],
)
def test_every_encoding_a_spreadsheet_uses(codec: str, name: str) -> None:
    text, said = text_of(CHINESE.encode(codec))
    assert said == name
    (line,) = read(text)
    assert line.number == 2
    assert line.booking is not None
    assert line.booking.start == datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
    assert (line.booking.reference, line.booking.service, line.booking.phone) == ("A-1", "pension", "13812345678")
    assert line.booking.document is not None
    assert (line.booking.document.kind, line.booking.document.name) == ("resident", "张小明")


def test_what_is_no_text_is_said_in_clear_words() -> None:
    with pytest.raises(BookingFileError, match="neither UTF-8 nor GBK"):
        text_of(b"reference,service\n\xff\xfe\xff\xff\x81")
    with pytest.raises(BookingFileError, match="NUL"):
        read("reference\0")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("", "missing: reference, service, start"),
        ("reference,service", r"missing: start \(or date and time\)"),
        ("reference,service,date", "missing: start"),
        ("reference,service,start,colour", "column 'colour' is unknown"),
        ("reference,service,start,ref", "column 'ref' is there twice"),
    ],
)
def test_a_wrong_heading_is_named(head: str, says: str) -> None:
    with pytest.raises(BookingFileError, match=says):
        read(head + "\n")


def test_each_wrong_line_is_named_and_the_others_are_taken() -> None:
    text = (
        "reference;service;start;phone;channel\n"
        "1;pension;2026-03-02 09:30;;phone\n"
        "\n"
        "2;pension;half past nine;;\n"
        '"3";"pension";2026-03-02T09:30:00+08:00;"\n";\n'
        "4;Pen Sion;2026-03-02 09:30;;\n"
        "5;pension;2026-02-30 09:30;;\n"
        "6;pension;2026-03-02 09:30;12345;pigeon\n"
        "7;pension;2026-03-02 09:30\n"
    )
    lines = {line.number: line for line in read(text)}
    assert sorted(lines) == [2, 4, 5, 7, 8, 9, 10]
    assert [number for number, line in lines.items() if line.booking] == [2, 5, 10]
    assert "'half past nine' is not a date and time such as" in lines[4].problem
    assert lines[7].problem.startswith("service: ")
    assert "2026-02-30" in lines[8].problem
    assert lines[9].problem.startswith("channel: ")


@given(st.binary(max_size=200))
def test_no_file_breaks_it(content: bytes) -> None:
    with contextlib.suppress(BookingFileError):
        text, _ = text_of(content)
        read(text)


@given(st.text(max_size=80))
def test_no_line_breaks_it(text: str) -> None:
    try:
        lines = read(f"reference,service,start\n{text}")
    except BookingFileError:
        return
    assert all((line.booking is None) == bool(line.problem) for line in lines)


@pytest.mark.parametrize(
    ("said", "cancelled"), [("", False), ("booked", False), ("已预约", False), ("Cancelled", True), ("已取消", True)]
)
def test_a_list_says_what_was_given_back(said: str, cancelled: bool) -> None:
    (line,) = read(f"编号,事项,预约时间,状态\nA-1,养老保险,2026-03-02 09:30,{said}\n")
    assert line.booking is not None
    assert line.booking.cancelled is cancelled


def test_a_state_nobody_knows_is_named() -> None:
    (line,) = read("编号,事项,预约时间,状态\nA-1,养老保险,2026-03-02 09:30,maybe\n")
    assert line.problem == "state 'maybe' is neither booked nor cancelled"
