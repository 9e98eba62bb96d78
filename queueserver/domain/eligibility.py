"""Which tickets a window may call: the one test, used for ordering, calling, picking, calling back and counting.

A ticket must be within the window's reach (its queues, or sent to it), its time must have come, whoever sits there must
have the skill its service needs, and it is left to those who speak its language while they sit at another open window.
A skill is a must; a language is a wish that loses nobody, because it counts only while somebody else can fulfil it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from queueserver.domain.hall import HallPlan, Policy, WindowPlan
from queueserver.domain.line import Kind, Line, held_lane, kind_of, window_lane
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import Window, WindowState

NOT_SERVED_HERE: Final = "not_served_here"
NOT_DUE_YET: Final = "not_due_yet"
SKILL_MISSING: Final = "skill_missing"
LANGUAGE_ELSEWHERE: Final = "language_elsewhere"


@dataclass(frozen=True, slots=True)
class Seat:
    """An open window and what whoever sits there can do; `languages` without their regions, "en" for "en-GB"."""

    serves: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WindowRule:
    """What one window may call from now.

    `streak` are its privileged calls in a row, `seat` who sits there, `others` the other open windows; `staffed` are
    the windows that are not closed, `skills` what each service needs. No `language` of the hall: languages are not
    looked at. A class the configuration no longer knows counts as ordinary, so that nobody is lost.
    """

    plan: WindowPlan
    streak: int
    privileged: frozenset[str]
    seat: Seat = Seat()
    others: tuple[Seat, ...] = ()
    staffed: frozenset[str] = frozenset()
    skills: Mapping[str, str] = field(default_factory=dict)
    language: str = ""

    def misfit(self, queue: str | None, kind: Kind) -> str:
        """The code of what keeps whoever sits here from tickets of this kind, or "".

        `queue` is None for tickets that came to this very window: they are left to nobody else.
        """
        skill = self.skills.get(kind.service, "")
        if skill and skill not in self.seat.skills:
            return SKILL_MISSING
        wanted = base_language(kind.lang)
        if queue is None or not self.language or wanted == base_language(self.language):
            return ""
        if wanted in self.seat.languages:
            return ""
        fitting = (
            queue in other.serves and wanted in other.languages and (not skill or skill in other.skills)
            for other in self.others
        )
        return LANGUAGE_ELSEWHERE if any(fitting) else ""


def rule_for(hall: HallPlan, window: Window, windows: Iterable[Window]) -> WindowRule:
    """What `window` may call while `windows` (itself may be among them) stand as they do."""
    at_work = [one for one in windows if one.state is not WindowState.CLOSED]
    others = (one for one in at_work if one.state is WindowState.OPEN and one.id != window.id)
    return WindowRule(
        plan=hall.windows[window.id],
        streak=window.streak,
        privileged=hall.privileged,
        seat=_seat(hall, window),
        others=tuple(_seat(hall, one) for one in others) if hall.staff else (),
        staffed=frozenset(one.id for one in at_work),
        skills=hall.skills,
        language=hall.language,
    )


def refusal(rule: WindowRule, ticket: Ticket, now: datetime) -> str:
    """Why this window may not call this ticket now, as a code; "" when it may. The one test of eligibility."""
    if not _in_reach(rule, ticket):
        return NOT_SERVED_HERE
    if not ticket.is_due(now):
        return NOT_DUE_YET
    came_here = ticket.sent_to == rule.plan.id or ticket.state is not State.WAITING
    return rule.misfit(None if came_here else ticket.queue, kind_of(ticket))


def may_call(rule: WindowRule, ticket: Ticket, now: datetime) -> bool:
    """Whether this window may call this ticket now."""
    return not refusal(rule, ticket, now)


def lanes_of(rule: WindowRule, line: Line) -> Iterable[tuple[str, str | None]]:
    """The lanes with everybody in reach of a window, and the queue of each lane that others serve too."""
    yield from ((queue, queue) for queue in rule.plan.serves)
    yield window_lane(rule.plan.id), None
    yield held_lane(rule.plan.id), None
    yield from ((held_lane(window), None) for window in line.holders() if window not in rule.staffed)


def is_privileged(ticket: Ticket, privileged: frozenset[str], policy: Policy, now: datetime) -> bool:
    """Of a privileged class, or an appointment that has waited as long as it should at most."""
    if ticket.priority_class in privileged:
        return True
    tolerance = timedelta(minutes=policy.appointment_tolerance_minutes)
    return ticket.booked_for is not None and now - ticket.booked_for >= tolerance


def base_language(tag: str) -> str:
    """ "en" for "en-GB"."""
    return tag.split("-", maxsplit=1)[0].lower()


def _in_reach(rule: WindowRule, ticket: Ticket) -> bool:
    """Whether the ticket waits for this window, among others or alone; one held for a time is its holder's to call."""
    if ticket.state is not State.WAITING and ticket.window == rule.plan.id:
        return True
    if ticket.state is State.HELD and ticket.not_before is not None:
        return ticket.window not in rule.staffed and ticket.queue in rule.plan.serves
    return ticket.sent_to == rule.plan.id if ticket.sent_to else ticket.queue in rule.plan.serves


def _seat(hall: HallPlan, window: Window) -> Seat:
    plan, person = hall.windows.get(window.id), hall.staff.get(window.staff or "")
    serves = frozenset(plan.serves) if plan else frozenset()
    return Seat(serves, person.skills, person.languages) if person else Seat(serves)
