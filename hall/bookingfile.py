"""Reads a list of bookings made elsewhere from CSV: whatever spreadsheet wrote it, and every wrong line named."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from contract.appointments import ImportedBooking

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("reference", "ref", "外部编号", "预约编号", "编号"),
    "service": ("service", "事项", "事项编号", "预约事项"),
    "start": ("start", "预约时间", "开始"),
    "date": ("date", "日期", "预约日期"),
    "time": ("time", "时间", "时段", "开始时间"),
    "channel": ("channel", "渠道"),
    "document": ("document", "证件号码", "身份证号", "身份证号码"),
    "document_kind": ("document_kind", "证件类型"),
    "name": ("name", "姓名"),
    "phone": ("phone", "电话", "手机", "手机号", "联系电话"),
    "lang": ("lang", "language", "语言"),
    "state": ("state", "status", "状态", "预约状态"),
}
"""What a column may be called in the first line."""

_NEEDED: Final = ("reference", "service")
_RESIDENT: Final = re.compile(r"^\d{17}[\dXx]$")
_KINDS: Final = {"身份证": "resident", "护照": "passport", "社保卡": "social_security"}
_CANCELLED: Final = frozenset({"cancelled", "canceled", "取消", "已取消"})
_BOOKED: Final = frozenset({"", "booked", "confirmed", "预约", "已预约", "预约成功", "有效"})
_WHEN: Final = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2})[:：](\d{2})(?::\d{2})?(?:\s*[-–~至].*)?$"
)


class BookingFileError(Exception):
    """The file as a whole cannot be read; the message is one line for the person."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, counted from 1: the booking, or in `problem` what is wrong with it."""

    number: int
    booking: ImportedBooking | None
    problem: str = ""


def text_of(content: bytes) -> tuple[str, str]:
    """(text, encoding as people know it); raises BookingFileError when it is neither Unicode nor GBK."""
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", errors="replace"), "UTF-8 with BOM"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    for codec, name in (("utf-8", "UTF-8"), ("gb18030", "GBK")):
        try:
            return content.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise BookingFileError("the file is neither UTF-8 nor GBK text; save it as CSV UTF-8")


def lines_of(text: str, zone: ZoneInfo, services: Mapping[str, str]) -> list[Line]:
    """Every line with something in it; `services` are ids by name. Times without an offset are the hall's.

    Raises BookingFileError when the first line does not name the columns.
    """
    if "\0" in text:
        raise BookingFileError("the file is not a text: it holds the character NUL; save it as CSV UTF-8")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        columns = _columns(next(rows, []))
        return list(_lines(rows, columns, zone, services))
    except csv.Error as error:
        raise BookingFileError(f"line {rows.line_num}: {error}") from error


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _columns(head: list[str]) -> dict[str, int]:
    known = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, int] = {}
    for place, word in enumerate(head):
        name = word.strip().lower()
        if not name:
            continue
        if name not in known:
            raise BookingFileError(f"line 1: column '{word.strip()}' is unknown; known are {', '.join(COLUMNS)}")
        if known[name] in found:
            raise BookingFileError(f"line 1: column '{word.strip()}' is there twice")
        found[known[name]] = place
    missing = [column for column in _NEEDED if column not in found]
    if "start" not in found and not {"date", "time"} <= found.keys():
        missing.append("start (or date and time)")
    if missing:
        raise BookingFileError(f"line 1 must name the columns; missing: {', '.join(missing)}")
    return found


def _lines(
    rows: Iterator[list[str]], columns: Mapping[str, int], zone: ZoneInfo, services: Mapping[str, str]
) -> Iterator[Line]:
    number = 2
    for row in rows:
        end = number + sum(cell.count("\n") for cell in row)
        if any(cell.strip() for cell in row):
            given = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
            yield _line(number, given, zone, services)
        number = end + 1


def _line(number: int, given: Mapping[str, str], zone: ZoneInfo, services: Mapping[str, str]) -> Line:
    when = given.get("start") or f"{given.get('date', '')} {given.get('time', '')}".strip()
    start = _moment(when, zone)
    if start is None:
        return Line(number, None, f"'{when}' is not a date and time such as 2026-03-02 09:30")
    state = given.get("state", "")
    if state.lower() not in _CANCELLED | _BOOKED:
        return Line(number, None, f"state '{state}' is neither booked nor cancelled")
    service = given.get("service", "")
    wanted = {
        "reference": given.get("reference", ""),
        "service": services.get(service, service),
        "start": start,
        "name": given.get("name", ""),
        "cancelled": given.get("state", "").lower() in _CANCELLED,
        **{name: given[name] for name in ("channel", "phone", "lang") if given.get(name)},
    }
    if given.get("document"):
        wanted["document"] = {
            "kind": _kind(given.get("document_kind", ""), given["document"]),
            "number": given["document"],
            "name": given.get("name", ""),
        }
    try:
        return Line(number, ImportedBooking.model_validate(wanted))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        return Line(number, None, f"{field}: {first['msg']}")


def _kind(given: str, number: str) -> str:
    if given:
        return _KINDS.get(given, given)
    return "resident" if _RESIDENT.fullmatch(number) else "other"


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The time in the hall, or with an offset of its own; of a time such as 09:30-10:00 the beginning."""
    try:
        if (match := _WHEN.fullmatch(text)) is not None:
            return datetime(*(int(part) for part in match.groups()), tzinfo=zone)  # type: ignore[arg-type,misc] # five numbers
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
