"""From the facts of a recorded day to what its visitors and staff did, so that they can do it again in another hall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from contract.config import Assignment
from queueserver.simulation.recording import Fact, Recording, dropped
from queueserver.simulation.retrace import Retraced
from queueserver.simulation.visitors import Deed, End, Later, Move, Stage, Visitor, WindowMove

_ENDS: Final[Mapping[str, End]] = {
    "ticket.finished": End.FINISH,
    "ticket.missed": End.MISS,
    "ticket.held": End.HOLD,
    "ticket.transferred": End.TRANSFER,
}
_DEEDS: Final[Mapping[str, Deed]] = {
    "ticket.printed": Deed.PRINTED,
    "ticket.cancelled": Deed.CANCEL,
    "ticket.walked_out": Deed.WALK_OUT,
}
_RETURNS: Final[Mapping[str, tuple[End, Deed]]] = {
    "requeue": (End.REQUEUE, Deed.REQUEUE),
    "postpone": (End.POSTPONE, Deed.POSTPONE),
    "reinstate": (End.REQUEUE, Deed.REINSTATE),
}
_MOVES: Final[Mapping[str, Move]] = {
    "window.opened": Move.OPEN,
    "window.paused": Move.PAUSE,
    "window.resumed": Move.RESUME,
    "window.closed": Move.CLOSE,
    "window.switched": Move.SWITCH,
}


@dataclass(slots=True)
class _Course:
    """A visit while its facts are read: `since` is when it arrived or its last stay ended."""

    issued: Fact
    queue: str
    since: int
    called: Fact | None = None
    started: Fact | None = None
    stages: list[Stage] = field(default_factory=list)
    deeds: list[list[Later]] = field(default_factory=lambda: [[]])
    meanwhile: list[Later] = field(default_factory=list)

    def begin(self, called: Fact, started: Fact | None) -> None:
        """At a window, called to it or kept there."""
        self.called, self.started, self.meanwhile = called, started, []
        self.deeds.append([])


@dataclass(frozen=True, slots=True)
class _Trace:
    found: Retraced
    continued: frozenset[str]


def visitors_of(recording: Recording, found: Retraced) -> list[Visitor]:
    """Everybody who came, with what they did, as `found` when the day was retraced.

    Who was not served that day, but may be when other windows are open, takes as long as somebody of the same queue.
    """
    courses = list(_followed(recording.facts, _Trace(found, recording.continued)).values())
    random = Random(recording.day.isoformat())
    served: dict[str, list[Stage]] = defaultdict(list)
    for course in courses:
        served[course.queue] += [stage for stage in course.stages if stage.end is End.FINISH]
    return [_visitor(course, recording, served[course.queue], random) for course in courses]


def moves_of(recording: Recording) -> list[WindowMove]:
    """When staff came, paused and went; windows that were open before the day keep their staff."""
    mixed = recording.config.hall.policy.assignment is Assignment.MIXED
    return [
        WindowMove(
            fact.at_ms,
            fact.data["window"],
            _MOVES[fact.type],
            staff=fact.detail.get("staff") or "",
            reason=fact.data.get("reason", ""),
            rank=fact.rank,
            auto=bool(fact.detail.get("auto")) if mixed else None,
        )
        for fact in recording.facts
        if fact.type in _MOVES
    ]


def _followed(facts: Sequence[Fact], trace: _Trace) -> dict[str, _Course]:
    """Courses by the id of their first ticket; legs of one visit are one course."""
    courses: dict[str, _Course] = {}
    first: dict[str, str] = {}
    for fact in facts:
        if not fact.ticket:
            continue
        if fact.type == "ticket.issued":
            courses[fact.ticket] = _Course(fact, fact.data["queue"], fact.at_ms)
        origin = fact.data.get("from_ticket") or fact.ticket
        first[fact.ticket] = first.get(origin, origin)
        course = courses.get(first[fact.ticket])
        if course is not None and fact.type != "ticket.issued":
            _step(course, fact, trace)
    return courses


def _step(course: _Course, fact: Fact, trace: _Trace) -> None:
    if fact.type == "ticket.called":
        how = fact.data["how"]
        if how not in ("next", "auto"):
            deed = Deed.PICK if how == "pick" else Deed.CALL_BACK
            course.deeds[-1].append(Later(fact.at_ms - course.since, deed, fact.data["window"], rank=fact.rank))
        course.begin(fact, None)
    elif fact.type == "ticket.continued":
        if fact.data["how"] == "here":
            course.begin(fact, fact)
    elif fact.type == "ticket.started":
        course.started = fact
    elif course.called is not None and (end := _end(fact)) is not None:
        _ended(course, fact, end, trace)
    elif (later := _later(course, fact, trace)) is not None:
        (course.meanwhile if course.called else course.deeds[-1]).append(later)


def _end(fact: Fact) -> End | None:
    if fact.type == "ticket.returned":
        return _RETURNS[fact.data["how"]][0] if fact.data.get("from_window") else None
    return End.HAND_ON if "handed_on" in fact.detail else _ENDS.get(fact.type)


def _ended(course: _Course, fact: Fact, end: End, trace: _Trace) -> None:
    called, started = course.called, course.started
    if called is None:
        return
    sent_to = fact.detail.get("sent_to")
    course.stages.append(
        Stage(
            way_ms=started.at_ms - called.at_ms if started else None,
            stay_ms=fact.at_ms - (started or called).at_ms,
            end=end,
            to_queue=None if sent_to else fact.data["queue"],
            to_window=sent_to,
            places=trace.found.ahead.get(fact.seq, 0),
            outcome=fact.data.get("outcome", "done"),
            items=tuple(fact.detail.get("items", ())),
            leaves=fact.type == "ticket.finished" and fact.ticket not in trace.continued,
            come_back=fact.data.get("from_window") in fact.detail.get("returns", ()),
            held_for=fact.held_for if end is End.HOLD else None,
            services=tuple(fact.detail.get("handed_on", ())),
            meanwhile=tuple(course.meanwhile),
            start_rank=started.rank if started else 0,
            end_rank=fact.rank,
        )
    )
    course.called, course.since, course.queue = None, fact.at_ms, fact.data["queue"]


def _later(course: _Course, fact: Fact, trace: _Trace) -> Later | None:
    delay = fact.at_ms - (course.called.at_ms if course.called else course.since)
    if fact.type == "ticket.cancelled" and fact.ticket in trace.continued:
        return Later(delay, Deed.DROP_STOPS, services=dropped(fact), rank=fact.rank)
    if fact.type == "ticket.replanned":
        adds, services = trace.found.replanned[fact.seq]
        return Later(delay, Deed.ADD_STOPS if adds else Deed.DROP_STOPS, services=services, rank=fact.rank)
    if fact.type in _DEEDS:
        return Later(delay, _DEEDS[fact.type], rank=fact.rank)
    if fact.type == "ticket.returned":
        return Later(delay, _RETURNS[fact.data["how"]][1], places=trace.found.ahead.get(fact.seq, 0), rank=fact.rank)
    return None


def _visitor(course: _Course, recording: Recording, served: Sequence[Stage], random: Random) -> Visitor:
    stages = [replace(s, afterwards=tuple(d)) for s, d in zip(course.stages, course.deeds[1:], strict=False)]
    if course.called is not None:
        stages.append(_until_the_end(course))
    elif not stages or stages[-1].end not in (End.FINISH, End.MISS):
        borrowed = random.choice(served) if served else Stage(0, 300_000)
        stages.append(replace(borrowed, meanwhile=(), afterwards=(), start_rank=0, end_rank=0))
    issued = course.issued
    first, *further = issued.detail.get("services") or [issued.data["service"]]
    return Visitor(
        at_ms=issued.at_ms,
        service=first,
        services=tuple(further),
        party=issued.data.get("party", 1),
        stages=tuple(stages),
        priority_class=issued.data["priority_class"],
        meanwhile=tuple(course.deeds[0]),
        holder=recording.holders.get(issued.ticket, ""),
        channel=issued.detail["channel"],
        booking=recording.bookings.get(issued.ticket),
        lang=issued.data["lang"],
        rank=issued.rank,
    )


def _until_the_end(course: _Course) -> Stage:
    """Still at the window when the day closed."""
    called, started = course.called, course.started
    if called is None or started is None:
        return Stage(None, 0, End.STAY, meanwhile=tuple(course.meanwhile))
    way_ms = started.at_ms - called.at_ms
    return Stage(way_ms, 0, End.STAY, meanwhile=tuple(course.meanwhile), start_rank=started.rank)


def multiplied(visitors: Sequence[Visitor], factor: float, seed: int) -> Iterator[Visitor]:
    """`factor` times as many: whole copies of everybody, and of a part of them one more (or less).

    A copy comes up to a quarter of an hour earlier or later than its original.
    """
    random = Random(f"{seed}/arrivals")
    for visitor in visitors:
        copies = int(factor) + (random.random() < factor - int(factor))
        for number in range(copies):
            yield visitor if number == 0 else _copy(visitor, number, random)


def _copy(visitor: Visitor, number: int, random: Random) -> Visitor:
    booking = visitor.booking
    return replace(
        visitor,
        at_ms=visitor.at_ms + random.randint(-900_000, 900_000),
        holder=f"{visitor.holder}/{number}" if visitor.holder else "",
        booking=replace(booking, id=f"{booking.id}/{number}") if booking else None,
        rank=0,
    )
