"""The small halls that are gone through whole, and what may be done in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from queueserver.domain.booking import BookingRules, EarlyPolicy
from queueserver.domain.hall import Assignment, HallPlan, Policy, PriorityClass, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.schedule import Schedule
from queueserver.domain.slots import SlotTemplate
from queueserver.domain.ticket import OPEN_STATES
from queueserver.handlers import bookings, commands
from queueserver.ports import Actor
from queueserver.store.live import LiveHall

NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday, 12:00 in these halls."""
CHIEF: Final = Actor("chief", "某人", frozenset({"manager"}))
SOON: Final = NOON + timedelta(minutes=30)
NOBODY: Final = commands.Holder()

Act = commands.Command | timedelta
"""A command, or so much time that passes."""


@dataclass(frozen=True, slots=True)
class Corner:
    """One small hall: what was done before, what may be done, and how many acts deep it is gone through."""

    name: str
    plan: HallPlan
    before: tuple[commands.Command, ...]
    acts: Callable[[LiveHall, datetime], Iterator[Act]]
    depth: int


def sitting(window: str, *, auto: bool | None = None) -> commands.OpenWindow:
    return commands.OpenWindow(window, Actor(f"at-{window}", "某人", frozenset()), auto)


def hall(queues: tuple[QueuePlan, ...], windows: tuple[WindowPlan, ...], policy: Policy, **more: Any) -> HallPlan:
    """Service "s-<queue>" leads to each queue, class "old" is privileged; `services` in `more` are further ones."""
    services = (*(ServicePlan(f"s-{queue.id}", queue.id) for queue in queues), *more.pop("services", ()))
    return HallPlan(
        id="corner",
        version=1,
        time_zone="Asia/Shanghai",
        day_boundary_minutes=240,
        policy=policy,
        classes={"plain": PriorityClass("plain", False), "old": PriorityClass("old", True)},
        queues={queue.id: queue for queue in queues},
        windows={window.id: window for window in windows},
        services={service.id: service for service in services},
        default_class="plain",
        privileged=frozenset({"old"}),
        windows_of_queue={queue.id: tuple(w.id for w in windows if queue.id in w.serves) for queue in queues},
        zones=frozenset({"east"}),
        **more,
    )


def queue(name: str, **more: Any) -> QueuePlan:
    return QueuePlan(name, name.upper(), "east", Schedule(week=(((0, 1440),),) * 7), **more)


def window(name: str, *serves: str, **more: Any) -> WindowPlan:
    return WindowPlan(name, name, "east", serves, **more)


def take(service: str, *more: str, old: bool = False) -> commands.TakeTicket:
    return commands.TakeTicket(service, "kiosk", "zh-CN", "old" if old else None, services=more)


def served(live: LiveHall, *windows: str) -> Iterator[Act]:
    """Call, start and finish."""
    for name in windows:
        yield commands.CallNext(name)
        yield from at_window(live, name)


def at_window(live: LiveHall, name: str) -> Iterator[Act]:
    if busy(live, name):
        yield commands.Start(name)
        yield commands.Finish(name, commands.DONE, ())


def busy(live: LiveHall, name: str) -> bool:
    return name in live.windows and live.windows[name].ticket is not None


def few(live: LiveHall, most: int) -> bool:
    """Whether so few numbers were given that one more may be."""
    return sum(day.next_number - 1 for day in live.queue_days.values()) < most


def stops(live: LiveHall, _: datetime) -> Iterator[Act]:
    if few(live, 2):
        yield take("s-a", "s-b", "s-c")
        yield take("s-b")
    yield from served(live, "w", "v")
    for name in ("w", "v"):
        if busy(live, name):
            yield commands.Finish(name, "materials_missing", ())
            yield commands.Finish(name, commands.DONE, ("s-c",))
            yield commands.Finish(name, commands.DONE, (), leaves=True)
    for ticket in live.tickets.values():
        yield commands.Cancel(ticket.id, walkout=False, reason="")
        for service in ("s-a", "s-b", "s-c"):
            yield commands.DropStops(ticket.id, (service,))
        yield commands.AddStops(ticket.id, ("s-c",))


def appointments(live: LiveHall, now: datetime) -> Iterator[Act]:
    if len(live.agenda.appointments) < 2:
        yield bookings.Book("s-a", SOON, "phone", "zh-CN", NOBODY)
        yield bookings.Book("s-a", SOON, "phone", "zh-CN", NOBODY, draft=True)
    for one in live.agenda.appointments:
        yield bookings.ConfirmAppointment(one, NOBODY)
        yield bookings.CheckIn("kiosk", one)
        yield bookings.CancelAppointment(one, "x", by_staff=True)
        yield bookings.MoveAppointment(one, SOON + timedelta(minutes=30), by_staff=True)
    if few(live, 3):
        yield take("s-a")
    yield from served(live, "w")
    if busy(live, "w"):
        yield commands.NoShow("w")
    if now < SOON + timedelta(minutes=60):
        yield timedelta(minutes=20)
    yield commands.TurnDay(live.business_day + timedelta(days=1))


def closures(live: LiveHall, now: datetime) -> Iterator[Act]:
    if few(live, 2):
        yield take("s-a")
        yield take("s-b", "s-a")
    for queues in (("a",), ()):
        for voids in (False, True):
            yield commands.MakeClosure(
                CHIEF,
                queues,
                None,
                None,
                12 * 60 + 15,
                opens=False,
                reason="",
                void_waiting=voids,
                notice=(),
                dry_run=False,
            )
    for closure in live.closures:
        yield commands.EndClosure(CHIEF, closure)
    yield from served(live, "w")
    if busy(live, "w"):
        yield commands.NoShow("w")
        yield commands.Hold("w", "")
    yield commands.CloseDay(CHIEF, "", (), dry_run=False)
    yield commands.ReopenDay(CHIEF)
    if now < NOON + timedelta(minutes=20):
        yield timedelta(minutes=10)
    yield commands.TurnDay(live.business_day + timedelta(days=1))


def own_calls(live: LiveHall, now: datetime) -> Iterator[Act]:
    if few(live, 3):
        yield take("s-a")
        yield take("s-a", old=True)
    for name in ("w", "v"):
        yield sitting(name)
        if live.plan.policy.assignment is Assignment.MIXED:
            yield sitting(name, auto=name == "v")
        yield commands.PauseWindow(name, "")
        yield commands.ResumeWindow(name)
        yield commands.CloseWindow(name)
        yield commands.CallNext(name)
        yield from at_window(live, name)
        if busy(live, name):
            yield commands.NoShow(name)
    if now < NOON + timedelta(seconds=20):
        yield timedelta(seconds=5)


def ways_back(live: LiveHall, now: datetime) -> Iterator[Act]:
    """Held for a time, called back, sent elsewhere and wanted back, while windows close and open."""
    if few(live, 2):
        yield take("s-a")
    yield from served(live, "w", "v")
    for name, other in (("w", "v"), ("v", "w")):
        yield commands.CloseWindow(name)
        yield sitting(name)
        if busy(live, name):
            yield commands.Hold(name, "", 5)
            yield commands.Hold(name, "")
            yield commands.Transfer(name, None, other, "", come_back=True)
            yield commands.Transfer(name, "a", None, "", come_back=True)
    for ticket in live.tickets.values():
        if ticket.state in OPEN_STATES:
            yield commands.CallBack("v", ticket.id)
            yield commands.Requeue(ticket.id)
    if now < NOON + timedelta(minutes=10):
        yield timedelta(minutes=5)


_PATIENT: Final = Policy(privileged_per_ordinary=1, longest_wait_minutes=30, max_misses=2)
_AT_ONCE: Final = Policy(privileged_per_ordinary=1, longest_wait_minutes=0, assign_after_seconds=5)
_TWO: Final = (window("w", "a"), window("v", "a", auto=True))
_TIMES: Final = SlotTemplate("t", "a", ("s-a",), frozenset(range(7)), ((0, 1440),), 30, 2)


def _automatic(assignment: Assignment) -> HallPlan:
    policy = Policy(1, 0, assignment=assignment, assign_after_seconds=5)
    return hall((queue("a"),), _TWO, policy)


def _booked(early: EarlyPolicy) -> HallPlan:
    rules = BookingRules(early_minutes=20, late_minutes=15, early=early, cooldown_minutes=10, cancel_minutes=0)
    return hall((queue("a"),), (window("w", "a"),), _PATIENT, templates_of={"s-a": (_TIMES,)}, booking={"a": rules})


HALLS: Final = (
    Corner(
        "stops added, dropped and done elsewhere",
        hall((queue("a"), queue("b"), queue("c", daily_limit=1)), (window("w", "a", "c"), window("v", "b")), _PATIENT),
        (sitting("w"), sitting("v")),
        stops,
        8,
    ),
    Corner("appointments, early ones wait", _booked(EarlyPolicy.WAIT), (sitting("w"),), appointments, 7),
    Corner("appointments, early ones when free", _booked(EarlyPolicy.WHEN_FREE), (sitting("w"),), appointments, 7),
    Corner(
        "queues closed, the day ended and reopened",
        hall((queue("a"), queue("b", daily_limit=2)), (window("w", "a", "b"),), _PATIENT),
        (sitting("w"),),
        closures,
        7,
    ),
    Corner("the server calls", _automatic(Assignment.AUTOMATIC), (), own_calls, 8),
    Corner("each window chooses who calls", _automatic(Assignment.MIXED), (), own_calls, 8),
    Corner(
        "held, called back, and wanted back",
        hall((queue("a"),), (window("w", "a"), window("v", "a")), _PATIENT),
        (sitting("w"), sitting("v")),
        ways_back,
        8,
    ),
)
