"""Every command, whatever state the ticket is in and however the window stands: what the table says, and nothing else.

The table is proofs/commandtable.py; a command that has a handler and no row there fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from contract.config import MissedPolicy
from contract.errors import REFUSALS
from proofs.commandtable import (
    ALWAYS,
    BY_APPOINTMENT,
    BY_TICKET,
    BY_WINDOW,
    TICKET_STATES,
    WINDOW_COMMANDS,
    WINDOW_STATES,
    commands_in_the_table,
    expected,
)
from proofs.exploring import SEARCHED, explore
from proofs.order import untrue
from queueserver.domain.appointment import Appointment
from queueserver.domain.hall import Assignment, HallPlan, Policy, WindowPlan
from queueserver.domain.slots import SlotTemplate
from queueserver.domain.ticket import Ticket
from queueserver.domain.window import WindowState
from queueserver.handlers import bookings, commands
from queueserver.handlers.dispatch import _HANDLERS, Outcome
from queueserver.outgoing import fact_of
from queueserver.ports import Actor
from queueserver.store.live import Unit
from tests.unit.fake_unit import LI, NOON, QUEUES, WANG, Rules, day_after, plan_with, queue

APART = queue("apart", "E")
SOON = NOON + timedelta(minutes=30)
TIMES = SlotTemplate("t", "clerk", ("s-clerk",), frozenset(range(7)), ((0, 1440),), 30, 9)
NOBODY = commands.Holder()
CHIEF = Actor("chief", "赵敏", frozenset({"manager"}))
CLOSE_DAY = commands.CloseDay(CHIEF, "storm", (), dry_run=False)
SERVED = tuple(one.id for one in QUEUES)
AT_ALL = (
    WindowPlan("w1", "1", "east", SERVED),
    WindowPlan("w2", "2", "east", (*SERVED, "apart")),
    WindowPlan("w3", "3", "east", SERVED),
)
"""w1 is the window that is asked; the ticket that is named has been at w2; to w3 others are sent."""


def hall_plan(policy: Policy) -> HallPlan:
    return replace(plan_with((*QUEUES, APART), AT_ALL, policy), templates_of={"s-clerk": (TIMES,)})


@dataclass
class Situation:
    """A hall with one ticket that a command names, and perhaps another one at w1."""

    rules: Rules
    named: Ticket
    there: Ticket | None = None

    def subject(self, row: str, outcome: object) -> str:
        """The state of what the row is about."""
        if row.partition(" ")[0] in WINDOW_COMMANDS:
            return self.rules.window("w1").state.value
        if row in ALWAYS or row.startswith(("CallNext", "Assign")):
            outcome = outcome[0] if isinstance(outcome, tuple) else outcome
            return outcome.state.value if isinstance(outcome, Ticket | Appointment) else ""
        ticket = self.named if row in BY_TICKET else self.there
        return self.rules.ticket(ticket).state.value if ticket else ""


_ASSIGNMENT = {"automatic": Assignment.AUTOMATIC, "mixed": Assignment.MIXED, "as it is": Assignment.MIXED}


def situation(row: str, ticket_state: str, window_state: str) -> Situation:
    """The two states, and what the variant of the command adds to them."""
    variant = row.partition("(")[2].rstrip(")")
    assignment = _ASSIGNMENT.get(variant, Assignment.MANUAL)
    policy = Policy(
        recalls=1, max_misses=1 if variant == "too often" else 3, assignment=assignment, assign_after_seconds=0
    )
    rules = Rules(hall_plan(policy))
    rules.do(commands.OpenWindow("w2", LI))
    named = rules.take("apart" if variant == "nobody" else "clerk")
    if variant == "again":
        rules.do(commands.MarkPrinted(named.id))
    if row.startswith("DropStops"):
        rules.do(commands.AddStops(named.id, ("s-apart",)))
    _bring(rules, named, ticket_state)
    if window_state == "closed":
        return Situation(rules, named)
    rules.do(commands.OpenWindow("w1", WANG))
    there = None
    if "+" in window_state:
        there = rules.take(variant if variant in SERVED else "requeue")
        rules.do(commands.Pick("w1", there.id, "so that somebody is here"))
    if there is not None:
        _vary(rules, there, row, variant)
    if window_state.endswith("serving"):
        rules.do(commands.Start("w1"))
    if window_state.startswith("paused"):
        rules.do(commands.PauseWindow("w1", ""))
    return Situation(rules, named, there)


def _vary(rules: Rules, there: Ticket, row: str, variant: str) -> None:
    """What a variant of a command adds to the ticket at w1."""
    if variant.startswith("more to do"):
        rules.do(commands.AddStops(there.id, ("s-clerk" if variant.endswith("here") else "s-apart",)))
    if variant == "too often" and row.startswith("Recall"):
        rules.do(commands.Recall("w1"))


def _bring(rules: Rules, ticket: Ticket, state: str) -> None:
    """The way of a ticket into a state, at w2 where it needs a window."""
    pick = commands.Pick("w2", ticket.id, "on its way")
    ways: dict[str, tuple[commands.Command, ...]] = {
        "waiting": (),
        "called": (pick,),
        "serving": (pick, commands.Start("w2")),
        "held": (pick, commands.Hold("w2", "")),
        "no_show": (pick, commands.NoShow("w2")),
        "finished": (pick, commands.Start("w2"), commands.Finish("w2", "done", ())),
        "transferred": (pick, commands.Transfer("w2", "apart", None, "")),
        "cancelled": (commands.Cancel(ticket.id, walkout=False, reason=""),),
        "walkout": (commands.Cancel(ticket.id, walkout=True, reason=""),),
        "expired": (commands.TurnDay(day_after(rules.live.business_day)), commands.OpenWindow("w2", LI)),
    }
    if state == "expired":
        rules.later(days=1)
    for command in ways[state]:
        rules.do(command)
    assert rules.ticket(ticket).state.value == state


def soon(found: Situation) -> datetime:
    return found.rules.now + timedelta(minutes=30)


def _closed_before(found: Situation) -> str:
    found.rules.do(MADE["MakeClosure"](found))
    return next(iter(found.rules.live.closures))


Made = Callable[[Situation], commands.Command]
MADE: dict[str, Made] = {
    "MarkPrinted": lambda s: commands.MarkPrinted(s.named.id),
    "Cancel": lambda s: commands.Cancel(s.named.id, walkout=False, reason=""),
    "Cancel (walkout)": lambda s: commands.Cancel(s.named.id, walkout=True, reason=""),
    "Requeue": lambda s: commands.Requeue(s.named.id),
    "Postpone": lambda s: commands.Postpone(s.named.id, 1),
    "Reinstate": lambda s: commands.Reinstate(s.named.id, 1),
    "Pick": lambda s: commands.Pick("w1", s.named.id, "in a wheelchair"),
    "CallBack": lambda s: commands.CallBack("w1", s.named.id),
    "AddStops": lambda s: commands.AddStops(s.named.id, ("s-requeue",)),
    "DropStops": lambda s: commands.DropStops(s.named.id, ("s-apart",)),
    "DropStops (this one)": lambda s: commands.DropStops(s.named.id, ("s-clerk",)),
    "VoidTickets": lambda s: commands.VoidTickets(CHIEF, (), None, (s.named.number,), "fire", (), dry_run=False),
    "CloseDay": lambda _: CLOSE_DAY,
    "ReopenDay": lambda _: commands.ReopenDay(CHIEF),
    "MakeClosure": lambda _: commands.MakeClosure(
        CHIEF, ("apart",), None, None, None, opens=False, reason="", void_waiting=False, notice=(), dry_run=False
    ),
    "CloseWindows": lambda _: commands.CloseWindows(CHIEF, ("w1",), None, None, None, "x", (), dry_run=False),
    "KeepWindowsClosed": lambda _: commands.KeepWindowsClosed(),
    "EndClosure": lambda s: commands.EndClosure(CHIEF, _closed_before(s)),
    "TurnDay": lambda s: commands.TurnDay(day_after(s.rules.live.business_day)),
    "OpenWindow": lambda _: commands.OpenWindow("w1", WANG),
    "OpenWindow (another)": lambda _: commands.OpenWindow("w1", Actor("zhao", "赵敏", frozenset({"clerk"}))),
    "OpenWindow (sits elsewhere)": lambda _: commands.OpenWindow("w1", LI),
    "PauseWindow": lambda _: commands.PauseWindow("w1", "lunch"),
    "ResumeWindow": lambda _: commands.ResumeWindow("w1"),
    "SwitchCalling": lambda _: commands.SwitchCalling("w1", True),
    "SwitchCalling (as it is)": lambda _: commands.SwitchCalling("w1", False),
    "CloseWindow": lambda _: commands.CloseWindow("w1"),
    "CallNext": lambda _: commands.CallNext("w1"),
    "Assign": lambda _: commands.Assign(),
    "Recall": lambda _: commands.Recall("w1"),
    "Start": lambda _: commands.Start("w1"),
    "Finish": lambda _: commands.Finish("w1", "done", ()),
    "NoShow": lambda _: commands.NoShow("w1"),
    "Hold": lambda _: commands.Hold("w1", "copies"),
    "Transfer": lambda _: commands.Transfer("w1", "apart", None, ""),
    "Transfer (to window)": lambda _: commands.Transfer("w1", None, "w3", ""),
    "HandOn": lambda _: commands.HandOn("w1", ("s-apart",)),
    "TakeTicket": lambda _: commands.TakeTicket("s-clerk", "kiosk", "en"),
    "Broadcast": lambda _: commands.Broadcast("hello", "en", (), False, timedelta(minutes=1)),
    "Book": lambda s: bookings.Book("s-clerk", soon(s), "phone", "en", NOBODY),
    "Book (draft)": lambda s: bookings.Book("s-clerk", soon(s), "phone", "en", NOBODY, draft=True),
    "ImportAppointments": lambda s: bookings.ImportAppointments(
        "city", (bookings.ImportRow("1", "s-clerk", soon(s), "api", "en", NOBODY),), dry_run=False, exceed=False
    ),
}
"""The command of each row; a variant that is not here differs in its situation only."""

ROWS = sorted({*BY_TICKET, *BY_WINDOW, *ALWAYS})


def command_of(row: str, found: Situation) -> commands.Command:
    return MADE[row if row in MADE else row.partition(" ")[0]](found)


@pytest.mark.parametrize("row", ROWS)
def test_what_the_table_says_and_nothing_else(row: str) -> None:
    for ticket_state in TICKET_STATES:
        for window_state in WINDOW_STATES:
            _check(row, ticket_state, window_state)


def _check(row: str, ticket_state: str, window_state: str) -> None:
    where = f"{row}, ticket {ticket_state}, window {window_state}"
    found = situation(row, ticket_state, window_state)
    if row in ("CallNext", "Assign (automatic)"):
        found.rules.take("clerk")
    if row == "Assign (automatic)":
        found.rules.do(commands.PauseWindow("w2", "only w1 may call"))
    if row in ("ReopenDay", "CloseDay (again)", "TakeTicket (day closed)"):
        found.rules.do(CLOSE_DAY)
    rules = found.rules
    staffed = sum(one.state is not WindowState.CLOSED for one in rules.live.windows.values())
    outcome = expected(row, ticket_state, window_state, staffed)
    command = command_of(row, found)
    before, already = found.subject(row, None), len(rules.events)
    others = dict(rules.live.tickets)
    if outcome.refusal:
        assert outcome.refusal in REFUSALS
        rules.refused(command, outcome.refusal)
        return
    result = rules.do(command)
    assert found.subject(row, result) == (outcome.state or before), where
    unit = rules.unit()
    assert tuple(fact_of(event, unit).type for event in rules.events[already:]) == outcome.facts, where
    assert untrue(rules.live, rules.known) == [], where
    moved = {id_ for id_, ticket in others.items() if rules.known[id_] != ticket}
    if row not in ("TurnDay", "CloseDay", "ReopenDay"):
        assert len(moved) <= 1, f"{where}: one command moves one ticket"


class Booked(Rules):
    """A hall with one appointment; those that are over are found again, as they are in the database."""

    def __init__(self, state: str) -> None:
        super().__init__(hall_plan(Policy()))
        self.past: dict[str, Appointment] = {}
        made = self.do(bookings.Book("s-clerk", SOON, "phone", "en", NOBODY, draft=state in ("draft", "expired")))
        assert isinstance(made, Appointment)
        self.id = made.id
        if state not in ("draft", "expired"):
            self.later(minutes=30)
        steps: dict[str, tuple[commands.Command, ...]] = {
            "checked_in": (bookings.CheckIn("kiosk", made.id),),
            "cancelled": (bookings.CancelAppointment(made.id, by_staff=True),),
            "no_show": (commands.TurnDay(day_after(self.live.business_day)),),
            "expired": (commands.TurnDay(day_after(self.live.business_day)),),
        }
        for command in steps.get(state, ()):
            self.do(command)
        assert self.state == state

    @property
    def state(self) -> str:
        return self.past[self.id].state.value

    def unit(self) -> Unit:
        return Unit(self.live, self.now, self._id, self._token, self.known.get, self)  # type: ignore[arg-type]

    def find(self, appointment: str) -> Appointment | None:
        return self.past.get(appointment)

    def missed_since(self, *_: object) -> tuple[()]:
        return ()

    def do(self, command: commands.Command) -> Outcome:
        outcome = super().do(command)
        for one, _ in self.written[-1].appointments.values():
            self.past[one.id] = one
        return outcome


OF_APPOINTMENTS: dict[str, Callable[[Booked], commands.Command]] = {
    "ConfirmAppointment": lambda hall: bookings.ConfirmAppointment(hall.id, NOBODY),
    "MoveAppointment": lambda hall: bookings.MoveAppointment(hall.id, SOON + timedelta(minutes=30), by_staff=True),
    "CancelAppointment": lambda hall: bookings.CancelAppointment(hall.id, by_staff=True),
    "CheckIn": lambda hall: bookings.CheckIn("kiosk", hall.id),
    "TurnDay": lambda hall: commands.TurnDay(day_after(hall.live.business_day)),
}


@pytest.mark.parametrize("state", next(iter(BY_APPOINTMENT.values())))
@pytest.mark.parametrize("row", BY_APPOINTMENT)
def test_what_the_table_says_of_appointments(row: str, state: str) -> None:
    hall, outcome = Booked(state), BY_APPOINTMENT[row][state]
    command, already = OF_APPOINTMENTS[row](hall), len(hall.events)
    if outcome.refusal:
        hall.refused(command, outcome.refusal)
        assert hall.state == state
        return
    hall.do(command)
    assert hall.state == (outcome.state or state)
    assert tuple(fact_of(event, hall.unit()).type for event in hall.events[already:]) == outcome.facts


def test_every_command_has_its_row() -> None:
    """Whoever adds a command adds a row to proofs/commandtable.py, and its making above and in proofs/exploring.py."""
    assert commands_in_the_table() == {kind.__name__ for kind in _HANDLERS}


@pytest.mark.parametrize(
    ("tickets", "windows", "depth", "policies", "whole"),
    [
        (1, 1, 99, tuple(MissedPolicy), True),
        (2, 2, 6, (MissedPolicy.POSTPONE,), False),
        (3, 2, 5, (MissedPolicy.REQUEUE, MissedPolicy.CLERK), False),
    ],
    ids=["one ticket, in full", "two windows", "three tickets"],
)
def test_no_state_outside_the_table_can_be_reached(
    tickets: int, windows: int, depth: int, policies: tuple[MissedPolicy, ...], whole: bool
) -> None:
    """`make proofs` goes further: two windows and two tickets in full."""
    found = explore(tickets, windows, depth, policies)
    assert found.wrong == []
    assert found.states > 500
    assert found.complete is whole
    if whole:
        assert found.rows == SEARCHED - {"Transfer (to window)", "TakeTicket (day closed)"}
