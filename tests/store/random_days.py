"""Random commands in random batches on one hall, with everything compared after each batch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st
from sqlalchemy import Engine

from contract.client.sample import SAMPLE_HALL
from queueserver.clock import Ulids, visitor_token
from queueserver.domain.errors import DomainError
from queueserver.domain.lanework import crowd_of
from queueserver.domain.ticket import State
from queueserver.domain.workload import Asker
from queueserver.hallview import HallView
from queueserver.handlers import bookings, commands
from queueserver.handlers.waits import wait_of
from queueserver.ports import Actor, NewId, Wait
from queueserver.published import Publications
from queueserver.selects import ahead_of
from queueserver.store.batch import Batch
from queueserver.store.live import LiveHall, Unit
from tests.store.store_kit import HALL, HandClock, assert_same, reloaded, render

WINDOWS = tuple(window.id for window in SAMPLE_HALL.windows)
SERVICES = ("pension", "invoices", "id-card", "passport", "trial", "notary")
BOSS = Actor("boss", "陈主任", frozenset({"manager"}))
CLASSES = (None, None, "elderly", "military")

Step = tuple[str, int, int]

ACTS = (
    *("take",) * 3,
    *("take_several",) * 3,
    *("call",) * 4,
    *("start",) * 2,
    *("finish",) * 2,
    *("no_show",) * 2,
    *("open",) * 2,
    "close",
    "pause",
    "resume",
    "switch",
    "recall",
    "hold",
    "pick",
    "call_back",
    "to_queue",
    "to_window",
    "come_back",
    "add",
    "drop",
    "leave",
    "print",
    "cancel",
    "walkout",
    "requeue",
    "postpone",
    "reinstate",
    "close_day",
    "reopen_day",
    "reopen_day",
    "closure",
    "end_closure",
    "void",
    *("book",) * 2,
    "reserve",
    *("check_in",) * 2,
    "confirm",
    "move",
    "give_back",
    "import",
    "later",
    "back",
    "day",
)
steps = st.tuples(st.sampled_from(ACTS), st.integers(0, 7), st.integers(0, 3))
batches = st.lists(st.lists(steps, min_size=1, max_size=8), min_size=1, max_size=14)


def told(wait: Wait | None) -> tuple[int | bool, ...] | None:
    """What of it people read; sums in another order differ in the last digit."""
    if wait is None or wait.promise is None:
        return wait and (wait.ahead,)
    return wait.ahead, wait.promise.low, wait.promise.high, wait.beyond_closing


@dataclass
class RandomDay:
    """One hall whose memory is kept over batches, as the writer keeps it."""

    engine: Engine
    clock: HandClock = field(default_factory=HandClock)
    live: LiveHall | None = None
    tickets: list[str] = field(default_factory=list)
    appointments: list[str] = field(default_factory=list)
    keys: int = 0
    new_id: NewId = field(default=None)  # type: ignore[assignment] # made from the clock when none is given
    new_token: Callable[[], str] = visitor_token
    compare: bool = True

    def __post_init__(self) -> None:
        self.new_id = self.new_id or Ulids(self.clock)
        for window in WINDOWS[:2]:
            self.batch([("open", WINDOWS.index(window), 0)])

    def batch(self, batch: list[Step]) -> None:
        """Decide and commit the steps together, then compare memory with a fresh start."""
        with self.engine.begin() as connection:
            begun = Batch.begin(connection, HALL, self.live, self.clock, self.new_id, self.new_token)
            assert begun is not None
            self.live = begun.live
            for step in batch:
                self._do(begun, step)
            begun.write()
        if not self.compare:
            return
        with self.engine.begin() as connection:
            assert_same(self.live, reloaded(connection))
            now = self.live.time(self.clock.now())
            view = HallView(connection, Publications().hall_now(connection, HALL), now)
            unit = Unit(self.live, now, self.new_id, self.new_token, lambda _: None)
            floor, crowd = unit.floor(), crowd_of(self.live.line, None)
            for queue in self.live.plan.queues:
                read, made = view._floor.promised(Asker(queue), view._everybody), floor.promised(Asker(queue), crowd)
                assert (read and (read.low, read.high)) == (made and (made.low, made.high))
            for ticket in self.live.tickets.values():
                if ticket.state is State.WAITING:
                    assert ahead_of(connection, HALL, ticket, now)[0] == self.live.line.ahead(ticket, now)
                    assert told(view.wait_of(ticket)) == told(wait_of(unit, ticket))

    def _do(self, batch: Batch, step: Step) -> None:
        act, one, two = step
        if act in ("later", "back", "day"):
            self.clock.turn(minutes={"later": 7 * one, "back": -one, "day": 1440 if one == 0 else 0}[act])
            return
        self.keys += 1
        with contextlib.suppress(DomainError):
            batch.decide(self._command(act, one, two), f"key-number-{self.keys}", "print", render)
        self.tickets = sorted({*self.tickets, *batch.live.tickets})[-8:]
        self.appointments = sorted({*self.appointments, *batch.live.agenda.appointments})[-8:]

    def _command(self, act: str, one: int, two: int) -> commands.Command:
        window = WINDOWS[one % len(WINDOWS)]
        minute = (self.clock.now().hour * 60 + self.clock.now().minute + 480) % 1440
        closures = sorted(self.live.closures) if self.live else []
        ticket = self.tickets[one % len(self.tickets)] if self.tickets else "nobody"
        holder = commands.Holder(f"hash-{two}", "11*4", "张*", "138*") if two else commands.Holder()
        made: dict[str, commands.Command] = {
            "take": commands.TakeTicket(SERVICES[one % 6], "kiosk", "zh-CN", CLASSES[two], holder),
            "take_several": commands.TakeTicket(
                SERVICES[one % 6],
                "kiosk",
                "zh-CN",
                holder=holder,
                services=tuple(SERVICES[(one + step) % 5] for step in range(1, two + 1)),
                party=1 + two,
            ),
            "add": commands.AddStops(ticket, (SERVICES[two],)),
            "drop": commands.DropStops(ticket, (SERVICES[two],)),
            "call": commands.CallNext(window),
            "start": commands.Start(window),
            "finish": commands.Finish(window, ("done", "materials_missing")[two == 3], ("pension",)),
            "leave": commands.Finish(window, "done", (), leaves=True),
            "no_show": commands.NoShow(window),
            "open": commands.OpenWindow(window, Actor(f"staff-{one}", "王丽", frozenset())),
            "close": commands.CloseWindow(window),
            "pause": commands.PauseWindow(window, "午餐"),
            "resume": commands.ResumeWindow(window),
            "switch": commands.SwitchCalling(window, two % 2 == 0),
            "recall": commands.Recall(window),
            "hold": commands.Hold(window, "复印", 5 * two or None),
            "pick": commands.Pick(window, ticket, "急"),
            "call_back": commands.CallBack(window, ticket),
            "to_queue": commands.Transfer(window, ("social", "tax", "police", "trial")[two], None, "转"),
            "come_back": commands.Transfer(window, ("tax", "police")[two % 2], None, "", come_back=True),
            "to_window": commands.Transfer(window, None, WINDOWS[two], ""),
            "print": commands.MarkPrinted(ticket),
            "cancel": commands.Cancel(ticket, walkout=False, reason="x"),
            "walkout": commands.Cancel(ticket, walkout=True, reason=""),
            "requeue": commands.Requeue(ticket),
            "postpone": commands.Postpone(ticket, two),
            "reinstate": commands.Reinstate(ticket, two),
            "close_day": commands.CloseDay(BOSS, "停电", (), dry_run=one % 2 == 0),
            "reopen_day": commands.ReopenDay(BOSS),
            "closure": commands.MakeClosure(
                by=BOSS,
                queues=(("social", "tax"), ("police",), ("trial",), ())[two],
                day=None,
                start=None,
                end=None if one == 7 else min(1440, minute + 20),
                opens=one == 3,
                reason="",
                void_waiting=one == 0,
                notice=(),
                dry_run=False,
            ),
            "end_closure": commands.EndClosure(BOSS, closures[one % len(closures)] if closures else "none"),
            "void": commands.VoidTickets(BOSS, (("social", "police")[one % 2],), None, (), "停电", (), dry_run=two > 0),
        }
        return made[act] if act in made else self._booking(act, one, two, holder)

    def _booking(self, act: str, one: int, two: int, holder: commands.Holder) -> commands.Command:
        """Times from the running half-hour on, so that some can be checked in at once."""
        mine = self.appointments[one % len(self.appointments)] if self.appointments else "nobody"
        now = self.clock.now()
        begun = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
        start, channel = begun + timedelta(minutes=30 * one), ("phone", "api", "desk", "kiosk")[two]
        row = bookings.ImportRow(f"ref-{one}", "medical", start, channel, "zh-CN", holder)
        made: dict[str, commands.Command] = {
            "book": bookings.Book("pension", start, channel, "zh-CN", holder),
            "reserve": bookings.Book("pension", start, channel, "zh-CN", holder, draft=True),
            "confirm": bookings.ConfirmAppointment(mine, holder),
            "move": bookings.MoveAppointment(mine, start, by_staff=two > 1),
            "give_back": bookings.CancelAppointment(mine, "x", by_staff=two > 1),
            "check_in": bookings.CheckIn("kiosk", mine),
            "import": bookings.ImportAppointments("city", (row,), dry_run=two == 1, exceed=two == 2),
        }
        return made[act]
