"""What is on the glass at one moment, drawn from the board: rows, pages, how well we are connected. Pure, wordless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.bodies import ServiceState, TicketState, WindowState
from contract.config import text_for
from display.board import Board, WindowRow
from display.calls import CalledTicket

FLASH_SECONDS: Final = 4.0
"""Three slow pulses; a call older than this when it is first shown is only highlighted."""


class Link(StrEnum):
    """How true the screen is: `delayed` means asked for every few seconds, `lost` that nothing answers."""

    CONNECTING = "connecting"
    LIVE = "live"
    DELAYED = "delayed"
    LOST = "lost"


CallKey = tuple[str, int]
"""Ticket id and sequence: tells a new call from the one that is already on the glass."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call of the list."""

    key: CallKey
    number: str
    label: str
    state: TicketState
    highlighted: bool = False
    flashes: bool = False


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window; `name` in the screen's language, `number` empty while nobody is there."""

    label: str
    name: str
    state: WindowState
    reason: str = ""
    number: str = ""
    ticket_state: TicketState | None = None
    key: CallKey | None = None
    highlighted: bool = False
    flashes: bool = False


@dataclass(frozen=True, slots=True)
class QueueLine:
    name: str
    waiting: int
    state: ServiceState


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the widgets need. `clock` is the hall's local time to the minute; `turn` counts page turns."""

    hall: str
    clock: datetime
    link: Link
    link_since: datetime | None = None
    silent: bool = False
    calls: tuple[CallLine, ...] = ()
    windows: tuple[WindowLine, ...] = ()
    queues: tuple[QueueLine, ...] = ()
    broadcasts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    urgent: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows `first`..`last` (exclusive) of a list, and where it stands: page `index` of `count`."""

    first: int
    last: int
    index: int
    count: int


def hall_time(now: datetime, board: Board) -> datetime:
    """The hall's wall clock at `now` of this device."""
    try:
        zone = ZoneInfo(board.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return (now + board.skew).astimezone(UTC)
    return (now + board.skew).astimezone(zone)


def call_lines(board: Board, now: datetime) -> tuple[CallLine, ...]:
    return tuple(
        CallLine(
            (call.ticket, call.sequence),
            call.number,
            call.label,
            call.state,
            highlighted=call.is_highlighted(now),
            flashes=_flashes(call, now),
        )
        for call in board.calls
    )


def window_lines(board: Board, language: str, now: datetime) -> tuple[WindowLine, ...]:
    """The screen's windows as a person counts them, the closed ones last."""
    rows = [row for row in board.windows.values() if board.shows((row.zone,) if row.zone else ())]
    rows.sort(key=lambda row: (row.state is WindowState.CLOSED, in_label_order(row.label), row.id))
    return tuple(window_line(board, row, language, now) for row in rows)


def window_line(board: Board, row: WindowRow, language: str, now: datetime) -> WindowLine:
    call = board.call_of(row.ticket) if row.ticket else None
    return WindowLine(
        row.label,
        text_for(dict(row.names), language),
        row.state,
        row.reason,
        row.number,
        row.ticket_state,
        key=(call.ticket, call.sequence) if call else None,
        highlighted=call is not None and call.is_highlighted(now),
        flashes=call is not None and _flashes(call, now),
    )


def queue_lines(board: Board, language: str) -> tuple[QueueLine, ...]:
    """The screen's queues in the hall's own order; closed ones where nobody waits come last."""
    rows = [row for row in board.queues.values() if board.shows((row.zone,) if row.zone else ())]
    rows.sort(key=lambda row: row.state is ServiceState.CLOSED and not row.waiting)
    return tuple(QueueLine(text_for(dict(row.names), language), row.waiting, row.state) for row in rows)


def visible_calls(calls: Sequence[CallLine], room: int, turn: int) -> tuple[tuple[CallLine, ...], Page]:
    """The `room` (>= 2) lines to show at page turn `turn`.

    The newest call stays on top. Those still expected at a window all get their turn; those already served fill what
    is left (each is also in the list of windows). The last page is filled up from the one before.
    """
    expected = [call for call in calls if call.state is TicketState.CALLED]
    if len(expected) <= room:
        spare = room - len(expected)
        others = [call for call in calls if call.state is not TicketState.CALLED][:spare]
        shown = [call for call in calls if call in expected or call in others]
        return tuple(shown), Page(0, len(shown), 0, 1)
    top, rest = expected[0], expected[1:]
    page = page_at(pages([1.0] * len(rest), room - 1), turn)
    first = min(page.first, len(rest) - room + 1)
    return (top, *rest[first : page.last]), page


def pages(heights: Sequence[float], room: float) -> tuple[tuple[int, int], ...]:
    """Cut rows of these heights into pages that fit in `room`; a row taller than a page has one to itself."""
    cuts: list[tuple[int, int]] = []
    first, used = 0, 0.0
    for at, height in enumerate(heights):
        if at > first and used + height > room:
            cuts.append((first, at))
            first, used = at, 0.0
        used += height
    cuts.append((first, len(heights)))
    return tuple(cuts)


def page_at(cuts: Sequence[tuple[int, int]], turn: int) -> Page:
    """The page whose turn it is."""
    index = turn % len(cuts)
    first, last = cuts[index]
    return Page(first, last, index, len(cuts))


def in_label_order(label: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting key as a person counts: 2 before 10, A2 before A10, numbers before letters."""
    return tuple(
        (0, int(run), "") if run.isdecimal() else (1, 0, run.casefold()) for run in re.findall(r"[0-9]+|[^0-9]+", label)
    )


def _flashes(call: CalledTicket, now: datetime) -> bool:
    return call.is_highlighted(now) and (now - call.shown_at).total_seconds() < FLASH_SECONDS
