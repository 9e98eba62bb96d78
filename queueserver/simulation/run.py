"""The days of a hall, deed by deed in the order of time: visitors come, windows call when they can, the rules decide.

Whatever calls a ticket, a clerk here or the hall itself, the visitor's next stage follows; so every way of calling the
rules know is simulated without being known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from heapq import heappop, heappush
from typing import Final, Protocol

from queueserver.domain import events
from queueserver.domain.assignment import calls_by_itself, next_chance
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import Assignment, HallPlan
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from queueserver.ports import Actor
from queueserver.simulation.deeds import arrival_of, deed_of, end_of
from queueserver.simulation.records import Records
from queueserver.simulation.underway import Course
from queueserver.simulation.virtualhall import VirtualHall, milliseconds, moment
from queueserver.simulation.visitors import HALL, End, Later, Move, Stage, Visitor, WindowMove

_CLERK: Final = frozenset({"clerk"})


class Staff(Protocol):
    """How long a clerk takes to call once the window is free and somebody may be called there."""

    def reaction(self, window: str) -> tuple[int, int]:
        """(milliseconds, rank) of the call; asked once for each time the window begins to be able to call.

        HALL is the hall itself, where it calls for windows.
        """


class Simulation:
    """expect() a day's visitors and windows, run() to its end, turn_day(), and so on; `records` tells the rest."""

    def __init__(self, plan: HallPlan, day: date, staff: Staff | None = None, seq: int = 0) -> None:
        self.hall = VirtualHall(plan, day, seq)
        self.records = Records()
        self.now_ms = 0
        self.last_ms = 0
        self._staff = staff
        self._heap: list[tuple[int, int, int, Callable[..., None], tuple[object, ...]]] = []
        self._count = 0
        self._courses: dict[str, Course] = {}
        self._closing: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self._late: dict[str, WindowMove] = {}
        self._chance: datetime | None = None
        self._idle_since: dict[str, int] = {}
        self._stirred: set[str] = set()
        self._working = False

    def expect(self, visitors: Iterable[Visitor], moves: Iterable[WindowMove]) -> None:
        """What will come, in any order."""
        for move in moves:
            self.at(move.at_ms, move.rank, self._move, move)
        for visitor in visitors:
            self.at(visitor.at_ms, visitor.rank, self._arrive, visitor)

    def at(self, at_ms: int, rank: int, deed: Callable[..., None], *given: object) -> None:
        """Do `deed(*given)` at its time."""
        self._count += 1
        heappush(self._heap, (at_ms, rank, self._count, deed, given))

    def run(self, until_ms: int | None = None) -> None:
        """Go on to `until_ms`, not included, or until nothing is left to happen."""
        heap = self._heap
        while heap and (until_ms is None or heap[0][0] < until_ms):
            self.now_ms, _, _, deed, given = heappop(heap)
            deed(*given)
        self.last_ms = self.now_ms
        self.now_ms = self.now_ms if until_ms is None else max(self.now_ms, until_ms)

    def found_open(self, windows: Mapping[str, Window], at_ms: int) -> None:
        """The hall begins with these windows as they are."""
        self.now_ms = at_ms
        self.hall.live.windows.update(windows)
        opened = [events.WindowOpened(window) for window in windows.values() if window.state is WindowState.OPEN]
        self.records.hear(opened, at_ms)

    def turn_day(self, day: date) -> None:
        """The hall's next business day begins now; what was left open has its end, and who was on the way gives up."""
        self._do(commands.TurnDay(day))
        self._courses.clear()

    def order(self, command: commands.Command) -> Sequence[events.Event]:
        """The facts of any other command given now; none when the rules refuse it."""
        return self._try(command)

    def configure(self, plan: HallPlan) -> None:
        """Another configuration is in force from now on."""
        self.hall.live.plan = plan
        self.hall.live.renew_plan()

    # -- visitors

    def _arrive(self, visitor: Visitor) -> None:
        if visitor.booking is not None:
            self.hall.book(visitor.booking, visitor.service, visitor.holder, visitor.lang)
        if not visitor.comes:
            return
        try:
            heard = self.hall.do(arrival_of(visitor), self.now_ms)
        except DomainError as refusal:
            self.records.refused[visitor.service, refusal.code] += 1
            return
        issued = next(event.ticket for event in heard if isinstance(event, events.TicketIssued))
        course = self._courses[issued.visit.id] = Course(visitor, issued)
        for later in visitor.meanwhile:
            self.at(self.now_ms + later.delay_ms, later.rank, self._later, course, 0, later)
        self._heard(heard)

    def _called(self, ticket: Ticket) -> None:
        course = self._courses.get(ticket.visit.id)
        if course is None:
            return
        stage = self._next_stage(course)
        if stage.way_ms is None:
            self.at(self.now_ms + stage.stay_ms, stage.end_rank, self._end, course, course.phase, stage)
        else:
            self.at(self.now_ms + stage.way_ms, stage.start_rank, self._start, course, course.phase, stage)

    def _goes_on_here(self, course: Course) -> None:
        """The window serves the visitor's next stop without another call."""
        stage = self._next_stage(course)
        self.at(self.now_ms + stage.stay_ms, stage.end_rank, self._end, course, course.phase, stage)

    def _next_stage(self, course: Course) -> Stage:
        stage = course.next_stage(self.now_ms)
        for later in stage.meanwhile:
            self.at(self.now_ms + later.delay_ms, later.rank, self._later, course, course.phase, later)
        return stage

    def _start(self, course: Course, phase: int, stage: Stage) -> None:
        if course.phase != phase or course.ticket.state is not State.CALLED:
            return
        self._try(commands.Start(course.ticket.window or ""))
        self.at(self.now_ms + stage.stay_ms, stage.end_rank, self._end, course, phase, stage)

    def _end(self, course: Course, phase: int, stage: Stage) -> None:
        if course.phase != phase or course.ticket.state not in (State.CALLED, State.SERVING):
            return
        for later in stage.afterwards:
            self.at(self.now_ms + later.delay_ms, later.rank, self._later, course, phase, later)
        if stage.end is not End.STAY:
            self._try(end_of(stage, course.ticket))

    def _later(self, course: Course, phase: int, later: Later) -> None:
        if course.phase == phase:
            self._try(deed_of(later, course.ticket))

    # -- windows

    def _move(self, move: WindowMove) -> None:
        window = move.window
        if move.move is Move.CLOSE:
            self._late.pop(window, None)
            self._closing[window] = move.until_ms
            self._stir((window,))
            if move.until_ms > self.now_ms:
                self.at(move.until_ms, 0, self._stir, (window,))
            return
        command: commands.Command
        if move.move is Move.OPEN:
            self._closing.pop(window, None)
            command = commands.OpenWindow(
                window, Actor(move.staff or f"staff-{window}", window, _CLERK), self._auto(move)
            )
        elif move.move is Move.SWITCH:
            command = commands.SwitchCalling(window, bool(move.auto))
        elif move.move is Move.PAUSE:
            command = commands.PauseWindow(window, move.reason)
        else:
            command = commands.ResumeWindow(window, auto=self._auto(move))
        if not self._try(command) and move.move is Move.OPEN:
            self._late[window] = move

    def _auto(self, move: WindowMove) -> bool | None:
        return move.auto if self.hall.live.plan.policy.assignment is Assignment.MIXED else None

    def _notice(self, window: str) -> None:
        """See whether this window can call, and let its clerk do so when the reaction is over."""
        if window == HALL:
            return
        if not self.hall.is_free(window):
            self._pending.pop(window, None)
            if window in self._closing:
                self._close_if_free(window)
            return
        if self._closing.get(window, self.now_ms + 1) <= self.now_ms:
            self._close_if_free(window)
            return
        if window in self._pending:
            if self.hall.would_call(window, self.now_ms) is None:
                del self._pending[window]
            return
        self._call_or_wait(window)

    def _call_or_wait(self, window: str) -> None:
        """Without staff whoever may be called is called at once; where the hall calls, nobody else does."""
        live = self.hall.live
        if calls_by_itself(live.plan.policy, live.windows[window]):
            able = self.hall.would_call(window, self.now_ms) is not None
        elif self._staff is None:
            able = bool(self._try(commands.CallNext(window)))
        elif able := self.hall.would_call(window, self.now_ms) is not None:
            delay_ms, rank = self._staff.reaction(window)
            self._pending[window] = self._count + 1
            self.at(self.now_ms + delay_ms, rank, self._call, window, self._count + 1)
        if not able and window in self._closing and not self._has_set_aside(window):
            self._close_if_free(window)

    def _has_set_aside(self, window: str) -> bool:
        """Whether somebody is to come back to this window by himself."""
        tickets = self.hall.live.tickets.values()
        return any(one.window == window and one.state is State.HELD and one.not_before is not None for one in tickets)

    def _call(self, window: str, token: int) -> None:
        if self._pending.get(window) == token:
            del self._pending[window]
            self._try(commands.Assign() if window == HALL else commands.CallNext(window))

    def _close_if_free(self, window: str) -> None:
        known = self.hall.live.windows.get(window)
        if known is None or known.ticket is None:
            del self._closing[window]
            self._try(commands.CloseWindow(window))
            for late in list(self._late.values()):
                del self._late[late.window]
                self._move(late)

    def _let_the_hall_call(self) -> None:
        """Where the hall calls for windows: as soon as it can, or when it did."""
        live = self.hall.live
        if live.plan.policy.assignment is Assignment.MANUAL:
            return
        if not self.hall.would_assign(self.now_ms):
            self._pending.pop(HALL, None)
        elif HALL not in self._pending:
            delay_ms, rank = self._staff.reaction(HALL) if self._staff else (0, 0)
            self._pending[HALL] = self._count + 1
            self.at(self.now_ms + delay_ms, rank, self._call, HALL, self._count + 1)
        chance = next_chance(live.plan.policy, live.windows.values(), live.line, moment(self.now_ms))
        if chance is not None and chance != self._chance:
            self._chance = chance
            self.at(milliseconds(chance), 0, self._stir, ())

    # -- what the rules say

    def _try(self, command: commands.Command) -> Sequence[events.Event]:
        """The facts of the command; none when the rules refuse it, which here is nobody's mistake."""
        with suppress(DomainError):
            return self._do(command)
        return ()

    def _do(self, command: commands.Command) -> Sequence[events.Event]:
        heard = self.hall.do(command, self.now_ms)
        self._heard(heard)
        return heard

    def _heard(self, heard: Sequence[events.Event]) -> None:
        self.records.hear(heard, self.now_ms)
        stirred: set[str] = set()
        for event in heard:
            if isinstance(event, events.TicketEvent):
                self._ticket(event, stirred)
            elif isinstance(event, events.WindowEvent):
                self._idle_since[event.window.id] = self.now_ms
                stirred.add(event.window.id)
            elif isinstance(event, events.DayEvent):
                stirred.update(self.hall.live.plan.windows)
        self._stir(stirred)

    def _ticket(self, event: events.TicketEvent, stirred: set[str]) -> None:
        ticket = event.ticket
        course = self._courses.get(ticket.visit.id)
        if course is not None:
            course.ticket = ticket
        if isinstance(event, events.TicketCalled):
            self._called(ticket)
            stirred.update(self._pending)
            return
        if isinstance(event, events.TicketContinued) and ticket.state is State.SERVING and course is not None:
            self._goes_on_here(course)
        left = getattr(event, "from_window", None)
        if isinstance(event, events.TicketFinished | events.TicketHeld):
            left = ticket.window
        if left is not None:
            self._idle_since[left] = self.now_ms
            stirred.add(left)
        self._wake_when_due(ticket)
        if ticket.state is State.WAITING:
            plan = self.hall.live.plan
            stirred.update((ticket.sent_to,) if ticket.sent_to else plan.windows_of_queue.get(ticket.queue, ()))
        elif ticket.ended_at is not None:
            stirred.update(self._pending)

    def _wake_when_due(self, ticket: Ticket) -> None:
        """Somebody who may not be called yet is noticed when that time comes."""
        if ticket.not_before is not None and (due_ms := milliseconds(ticket.not_before)) > self.now_ms:
            windows = (ticket.sent_to,) if ticket.sent_to else self.hall.live.plan.windows_of_queue[ticket.queue]
            self.at(due_ms, 0, self._stir, windows)

    def _stir(self, windows: Iterable[str]) -> None:
        """Let these windows notice, the longest idle first, once the present deed is done."""
        self._stirred.update(windows)
        if self._working:
            return
        self._working = True
        try:
            while self._stirred:
                window = min(self._stirred, key=lambda name: (self._idle_since.get(name, 0), name))
                self._stirred.discard(window)
                self._notice(window)
            self._let_the_hall_call()
        finally:
            self._working = False
