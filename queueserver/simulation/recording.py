"""A past business day as the database has it: its facts in order, and how the hall stood when it began."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from contract.config import HallConfig
from queueserver.domain.window import Window, WindowState
from queueserver.simulation.virtualhall import milliseconds
from queueserver.simulation.visitors import Booking
from queueserver.store.tables import config_versions, events, halls, tickets, visits

LOOK_BACK = 20_000
"""Facts before the day that are searched for how its windows stood."""


class RecordingError(Exception):
    """There is no such day; one sentence."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One stored event; `data` left the house, `detail` did not."""

    seq: int
    type: str
    at_ms: int
    ticket: str
    data: Mapping[str, Any]
    detail: Mapping[str, Any]

    @property
    def rank(self) -> int:
        """Its place among deeds of the same millisecond; the odd numbers between are for what came of it."""
        return 2 * self.seq

    @property
    def comes_by_itself(self) -> bool:
        """What the turn of the day does to windows that are still open."""
        return self.type == "window.closed" and self.data.get("how") == "day_over"

    @property
    def held_for(self) -> dict[str, Any]:
        """The minutes a ticket was held for, as the command takes them; nothing when until a clerk acts."""
        until = self.detail.get("not_before")
        return {} if until is None else {"minutes": round((until - self.at_ms) / 60_000)}


@dataclass(frozen=True, slots=True)
class Recording:
    """By ticket: `holders`, the keyed hash of who holds it, and `bookings`, the appointment it was issued for.

    `windows` are as they were when the day began.
    """

    day: date
    facts: Sequence[Fact]
    configs: Mapping[int, HallConfig]
    version: int
    holders: Mapping[str, str]
    bookings: Mapping[str, Booking]
    windows: Mapping[str, Window]
    continued: frozenset[str]
    """Tickets whose visit went on with another leg by itself."""
    calendar: Sequence[Fact] = ()
    """Earlier changes of this day's hours."""

    @property
    def config(self) -> HallConfig:
        """In force when the day began."""
        return self.configs[self.version]


def read_day(connection: Connection, day: date, hall: str = "") -> Recording:
    """The day as recorded; raises RecordingError when there is none. An empty `hall` is the only one there is."""
    hall = _the_hall(connection, hall)
    mine = events.c.hall == hall
    rows = connection.execute(select(events).where(mine, events.c.business_day == day).order_by(events.c.seq))
    facts = [fact for row in rows.mappings() if not (fact := _fact(row)).comes_by_itself]
    if not any(fact.type == "ticket.issued" for fact in facts):
        raise RecordingError(_no_such_day(connection, hall, day))
    versions = connection.execute(
        select(config_versions.c.version, config_versions.c.document, config_versions.c.published_at).where(
            config_versions.c.hall == hall
        )
    ).all()
    first = facts[0]
    before = [v.version for v in versions if v.published_at <= first.at_ms] or [min(v.version for v in versions)]
    if first.type == "config.published":
        before = [version for version in before if version < first.data["version"]] or [first.data["version"]]
    wanted = {max(before), *(fact.data["version"] for fact in facts if fact.type == "config.published")}
    configs = {v.version: HallConfig.model_validate(v.document) for v in versions if v.version in wanted}
    people = connection.execute(
        select(tickets.c.id, visits.c.holder)
        .join(visits, (visits.c.hall == tickets.c.hall) & (visits.c.id == tickets.c.visit))
        .where(tickets.c.hall == hall, tickets.c.business_day == day)
    ).all()
    return Recording(
        day=day,
        facts=facts,
        configs=configs,
        version=max(before),
        holders={row.id: row.holder for row in people},
        bookings=dict(_bookings(facts)),
        calendar=_calendar(connection, hall, first.seq, day),
        continued=frozenset(fact.data["from_ticket"] for fact in facts if fact.type == "ticket.continued"),
        windows=_windows_before(connection, hall, first.seq, configs[max(before)]),
    )


def _bookings(facts: Sequence[Fact]) -> Iterator[tuple[str, Booking]]:
    for fact in facts:
        if fact.type == "appointment.checked_in":
            start = datetime.fromisoformat(fact.data["start"])
            yield fact.ticket, Booking(fact.data["appointment"], milliseconds(start))


def dropped(fact: Fact) -> tuple[str, ...]:
    """The services a visitor no longer wanted, from the fact of it."""
    stops = fact.data.get("settled", ())
    return tuple(dict.fromkeys(stop["service"] for stop in stops if stop["reason"] == "not_wanted"))


def _the_hall(connection: Connection, hall: str) -> str:
    known: list[str] = list(connection.execute(select(halls.c.hall).order_by(halls.c.hall)).scalars())
    if hall in known:
        return hall
    if not hall and len(known) == 1:
        return known[0]
    if not known:
        raise RecordingError("no hall has been imported yet")
    wrong = f"there is no hall '{hall}'; " if hall else ""
    raise RecordingError(f"{wrong}choose one with --site: {', '.join(known)}")


def _fact(row: Mapping[Any, Any]) -> Fact:
    detail = json.loads(row["detail"])
    return Fact(row["seq"], row["type"], row["at"], row["ticket"] or "", json.loads(row["data"]), detail)


def _no_such_day(connection: Connection, hall: str, day: date) -> str:
    mine = (events.c.hall == hall, events.c.type == "ticket.issued")
    first, last = connection.execute(
        select(func.min(events.c.business_day), func.max(events.c.business_day)).where(*mine)
    ).one()
    there = f"; there are tickets from {first} to {last}" if first else ""
    return f"on {day} no tickets were issued in hall '{hall}'{there}"


def _calendar(connection: Connection, hall: str, seq: int, day: date) -> list[Fact]:
    rows = connection.execute(
        select(events)
        .where(events.c.hall == hall, events.c.seq < seq, events.c.type == "calendar.changed")
        .order_by(events.c.seq)
    )
    facts = [_fact(row) for row in rows.mappings()]
    return [fact for fact in facts if date.fromisoformat(fact.data["date"]) >= day]


def _windows_before(connection: Connection, hall: str, seq: int, config: HallConfig) -> dict[str, Window]:
    """State, staff and privileged calls in a row of each window, from the facts before `seq`."""
    rows = connection.execute(
        select(events)
        .where(
            events.c.hall == hall,
            events.c.seq < seq,
            events.c.seq >= seq - LOOK_BACK,
            (events.c.type.like("window.%")) | (events.c.type == "ticket.called"),
        )
        .order_by(events.c.seq)
    )
    privileged = {kind.id for kind in config.priority_classes if kind.privileged}
    found: dict[str, Window] = {}
    for row in rows.mappings():
        fact = _fact(row)
        window = fact.data.get("window")
        if not window:
            continue
        known = found.get(window, Window(window))
        streak, state, staff = known.streak, known.state, known.staff
        if fact.type == "ticket.called":
            if fact.data["how"] == "next":
                streak = streak + 1 if fact.data["priority_class"] in privileged else 0
        else:
            state = WindowState(fact.data["state"])
            staff = fact.detail.get("staff")
        found[window] = Window(window, state, staff, staff or "", streak=streak)
    return found
