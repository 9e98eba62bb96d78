"""The list of latest calls: who is on it, for how long, in which state. Pure.

`shown_at` and `missed_at` are this device's own clock; `called_at` is the server's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from contract.bodies import CallEntry, TicketState
from contract.events import TicketData, WireEvent

HIGHLIGHT: Final = timedelta(seconds=20)
STAYS_FRESH: Final = timedelta(seconds=60)
"""A call met only in a snapshot (the broker was away) is still announced when it is younger than this."""
MISSED_STAYS: Final = timedelta(minutes=3)
MOST_CALLS: Final = 60

AT_WINDOW: Final = frozenset({TicketState.CALLED, TicketState.SERVING})
_LISTED: Final = AT_WINDOW | {TicketState.NO_SHOW}


@dataclass(frozen=True, slots=True)
class CalledTicket:
    """One call on the list. `sequence` is that of its newest call or recall, `shown_at` when this screen got it."""

    ticket: str
    number: str
    window: str
    label: str
    zones: tuple[str, ...]
    lang: str
    state: TicketState
    calls: int
    sequence: int
    called_at: datetime
    shown_at: datetime
    missed_at: datetime | None = None

    def is_highlighted(self, now: datetime) -> bool:
        return self.state is TicketState.CALLED and now - self.shown_at < HIGHLIGHT

    def is_same_call(self, other: CalledTicket | None) -> bool:
        """True when `other` is this very call: neither repeated since, nor to another window, nor after a miss."""
        if other is None or other.calls != self.calls or other.window != self.window:
            return False
        return self.state is not TicketState.CALLED or other.state is TicketState.CALLED


Calls = tuple[CalledTicket, ...]
"""Newest first."""


def zones_of(*zones: str) -> tuple[str, ...]:
    """The zones that are named, each once."""
    return tuple(dict.fromkeys(zone for zone in zones if zone))


def from_event(event: WireEvent, data: TicketData, label: str, window_zone: str, now: datetime) -> CalledTicket:
    """A call heard `now`; `label` and `window_zone` are what the board knows of the window, perhaps nothing."""
    return CalledTicket(
        ticket=data.ticket,
        number=data.number,
        window=data.window or "",
        label=data.label or label,
        zones=zones_of(data.zone, window_zone),
        lang=data.lang,
        state=TicketState.CALLED,
        calls=data.calls,
        sequence=event.sequence,
        called_at=event.time,
        shown_at=now,
    )


def from_entry(entry: CallEntry, window_zone: str, seq: int, shown_at: datetime) -> CalledTicket:
    """A call read from the snapshot of `seq`."""
    return CalledTicket(
        ticket=entry.ticket,
        number=entry.number,
        window=entry.window,
        label=entry.label,
        zones=zones_of(entry.zone, window_zone),
        lang=entry.lang,
        state=entry.state,
        calls=entry.calls,
        sequence=seq,
        called_at=entry.called_at,
        shown_at=shown_at,
        missed_at=shown_at if entry.state is TicketState.NO_SHOW else None,
    )


def called(calls: Calls, new: CalledTicket) -> Calls:
    """`new` on top; its older call goes, and so does whoever that window had called before."""
    others = tuple(old for old in calls if old.ticket != new.ticket and not _gave_way(old, new))
    return (new, *others)[:MOST_CALLS]


def changed(calls: Calls, data: TicketData, now: datetime) -> Calls:
    """The ticket's new state: served or missed it stays on the list, anything else takes it off."""
    return tuple(
        new
        for call in calls
        if (new := _in_state(call, data, now) if is_about(data, call.ticket, call.number) else call).state in _LISTED
    )


def aged(calls: Calls, now: datetime) -> Calls:
    """Without those missed long ago; the same object when nothing changes."""
    left = tuple(call for call in calls if call.missed_at is None or now - call.missed_at < MISSED_STAYS)
    return calls if len(left) == len(calls) else left


def listed(calls: Sequence[CalledTicket]) -> Calls:
    """Those of a snapshot that belong on the list; a recall this screen has shown stays above older calls."""
    newest_first = sorted(calls, key=lambda call: call.shown_at, reverse=True)
    return tuple(call for call in newest_first if call.state in _LISTED)[:MOST_CALLS]


def is_about(data: TicketData, ticket: str, number: str) -> bool:
    """Whether an event concerns this ticket: a transfer begins a new leg, with a new id and the same number."""
    return data.ticket == ticket or (data.from_window is not None and data.number == number)


def _gave_way(old: CalledTicket, new: CalledTicket) -> bool:
    return bool(new.window) and old.window == new.window and old.state in AT_WINDOW


def _in_state(call: CalledTicket, data: TicketData, now: datetime) -> CalledTicket:
    """A missed ticket that went back into the line is still a missed call to the visitor who reads the list."""
    if call.state is TicketState.NO_SHOW and data.how == "missed":
        return call
    missed_at = now if data.state is TicketState.NO_SHOW else None
    return replace(call, state=data.state, missed_at=missed_at)
