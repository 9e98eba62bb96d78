"""Goes through a small hall exhaustively: every command in every state that can be reached, each once.

Two states are the same when nothing that is to come can tell them apart: times, ids and the names of visits do not
count, the order of the line does. Each command's outcome is held against proofs/commandtable.py, and in each new state
the books of the hall must be in order.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from contract.client.sample import SAMPLE_HALL
from contract.config import MissedPolicy, Policy, Queue, Service, Window
from proofs.commandtable import OVER, Outcome, expected
from proofs.order import untrue
from queueserver.domain.agenda import Agenda
from queueserver.domain.daybook import Closing
from queueserver.domain.eligibility import may_call, rule_for
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.line import Line, stands_in_line, window_lane
from queueserver.domain.ticket import OPEN_STATES, State, Ticket
from queueserver.domain.window import Window as WindowNow
from queueserver.domain.window import WindowState
from queueserver.handlers import commands
from queueserver.handlers.dispatch import carry_out
from queueserver.outgoing import fact_of
from queueserver.ports import Actor
from queueserver.store.live import Change, LiveHall, Unit
from queueserver.store.plans import plan_of

NOW: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TODAY: Final = date(2026, 3, 2)
CHIEF: Final = Actor("chief", "某人", frozenset({"manager"}))
RECALLS, MISSES = 1, 2
MOST_LEGS: Final = 2
FIRST_NUMBER: Final = "A001"
"""Only this one is printed or not: it concerns no other ticket, and would double the states with each."""
SEARCHED: Final = frozenset(
    {
        *("TakeTicket", "MarkPrinted", "MarkPrinted (again)", "Cancel", "Cancel (walkout)", "Requeue", "Postpone"),
        *("Reinstate", "Pick", "CallBack", "AddStops", "OpenWindow", "PauseWindow", "ResumeWindow", "CloseWindow"),
        *("CallNext", "CallNext (nobody)", "Recall", "Recall (too often)", "Start", "Finish", "Finish (more to do)"),
        *("NoShow (clerk)", "NoShow (requeue)", "NoShow (postpone)", "NoShow (expire)", "NoShow (too often)"),
        *(
            "Hold",
            "Transfer",
            "Transfer (to window)",
            "HandOn",
            "VoidTickets",
            "CloseDay",
            "CloseDay (again)",
            "ReopenDay",
        ),
        *("ReopenDay", "ReopenDay (open)", "TakeTicket (day closed)", "TurnDay"),
    }
)
"""Rows the search makes; the others come to what these come to, or touch neither ticket nor window."""

CommandRow = tuple[str, commands.Command, str]
"""The row of the table, the command, and the id of the ticket or window it is about."""


@dataclass(slots=True)
class Found:
    """What an exploration saw; `wrong` says each thing that must not be."""

    states: int = 0
    commands: int = 0
    depth: int = 0
    complete: bool = False
    rows: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """One state of the hall; `known` are all its tickets, also those that are over."""

    live: LiveHall
    known: dict[str, Ticket]
    made: int = 0


def explore(tickets: int, windows: int, depth: int, policies: tuple[MissedPolicy, ...] = tuple(MissedPolicy)) -> Found:
    """Breadth first from an empty hall; `depth` commands deep, or until nothing new is found."""
    plan = small_hall(windows, policies)
    start = Node(LiveHall(plan, 0, TODAY), {})
    seen, frontier, found = {_key(start)}, [start], Found(states=1)
    for level in range(1, depth + 1):
        frontier = [after for node in frontier for after in _steps(node, tickets, seen, found)]
        found.depth = level
        if not frontier or len(found.wrong) > 20:
            found.complete = not frontier
            break
    return found


def small_hall(windows: int, policies: tuple[MissedPolicy, ...]) -> HallPlan:
    """A queue and a service for each missed-ticket policy, all served at each window."""
    name = {"en": "x"}
    sample = SAMPLE_HALL
    queues = tuple(
        Queue(id=f"q{n}", name=name, prefix="ABCD"[n], zone="east", hours="always", missed=policy, postpone_places=1)
        for n, policy in enumerate(policies)
    )  # fmt: skip
    served = tuple(queue.id for queue in queues)
    config = sample.model_copy(
        update={
            "hall": sample.hall.model_copy(update={"policy": Policy(recalls=RECALLS, max_misses=MISSES)}),
            "queues": queues,
            "services": tuple(Service(id=f"s-{q}", department="social", queue=q, name=name) for q in served),
            "windows": tuple(
                Window(id=f"w{n}", label=f"{n}", name=name, zone="east", serves=served)
                for n in range(1, windows + 1)
            ),
        }
    )  # fmt: skip
    return plan_of(config, 1)


def _steps(node: Node, most: int, seen: set[Any], found: Found) -> Iterator[Node]:
    """Every command once; yields the states that were not seen before."""
    before = _key(node)
    for row, command, subject in _commands(node, most):
        found.commands += 1
        found.rows.add(row)
        wanted = _wanted(node, row, command, subject)
        try:
            carry_out(_unit(node), command)
        except DomainError as refusal:
            if refusal.code != wanted.refusal:
                found.wrong.append(f"{command} is refused with {refusal.code}, not {wanted}: {_told(node)}")
            continue
        after = copied(node)
        facts, outcome = _carry_out(after, command)
        if (problem := _unlike(after, wanted, facts, outcome, subject)) is not None:
            found.wrong.append(f"{command}: {problem}: {_told(node)}")
        key = _key(after)
        if key in seen:
            continue
        seen.add(key)
        found.states += 1
        found.wrong += [f"after {command}: {one}: {_told(after)}" for one in untrue(after.live, after.known)]
        if after.live.business_day == TODAY:
            yield after
    if _key(node) != before:
        found.wrong.append(f"refusals, or what was tried and not kept, changed {_told(node)}")


def _unit(node: Node) -> Unit:
    def new_id() -> str:
        node.made += 1
        return f"{node.made:026d}"

    return Unit(node.live, NOW, new_id, new_id, node.known.get)


def _carry_out(node: Node, command: commands.Command) -> tuple[tuple[str, ...], object]:
    """The facts it made and what the handler returned; raises DomainError."""
    unit = _unit(node)
    outcome = carry_out(unit, command)
    change = Change()
    unit.commit(change)
    node.known |= {ticket_id: ticket for ticket_id, (ticket, _) in change.tickets.items()}
    return tuple(fact_of(event, unit).type for event in unit.events), outcome


def _unlike(node: Node, wanted: Outcome, facts: tuple[str, ...], outcome: object, subject: str) -> str | None:
    if wanted.refusal:
        return f"accepted instead of {wanted.refusal}"
    if facts != wanted.facts:
        return f"facts {facts}, not {wanted.facts}"
    if not wanted.state:
        return None
    state = _state_of(node, outcome, subject)
    return None if state == wanted.state else f"becomes {state}, not {wanted.state}"


def _state_of(node: Node, outcome: object, subject: str) -> str:
    if subject in node.live.windows and subject in node.live.plan.windows:
        return node.live.windows[subject].state.value
    if subject:
        return node.known[subject].state.value
    ticket = outcome[0] if isinstance(outcome, tuple) else outcome
    return ticket.state.value if isinstance(ticket, Ticket) else ""


# -- the commands, and what the table says of them here


def _commands(node: Node, most: int) -> Iterator[CommandRow]:
    plan = node.live.plan
    if len({ticket.visit.id for ticket in node.known.values()}) < most:
        for service in plan.services:
            row = "TakeTicket" if node.live.closing is None else "TakeTicket (day closed)"
            yield row, commands.TakeTicket(service, "kiosk", "en"), ""
    for window in plan.windows:
        yield from _at_window(node, window)
    for ticket in node.known.values():
        yield from _of_ticket(node, ticket)
    first = next(iter(node.known), "")
    if first:
        closed = node.live.closing is not None
        yield "TurnDay", commands.TurnDay(TODAY + timedelta(days=1)), first
        yield "CloseDay (again)" if closed else "CloseDay", commands.CloseDay(CHIEF, "", (), dry_run=False), first
        yield "ReopenDay" if closed else "ReopenDay (open)", commands.ReopenDay(CHIEF), first


def _at_window(node: Node, window: str) -> Iterator[CommandRow]:
    live = node.live
    there = _there(live, window)
    at = there.id if there else ""
    yield "OpenWindow", commands.OpenWindow(window, Actor(f"staff-{window}", "某人", frozenset())), window
    yield "PauseWindow", commands.PauseWindow(window, ""), window
    yield "ResumeWindow", commands.ResumeWindow(window), window
    yield "CloseWindow", commands.CloseWindow(window), window
    somebody = any(_may_be_called(live, window, t) for t in live.tickets.values() if t.state is State.WAITING)
    yield "CallNext" if somebody else "CallNext (nobody)", commands.CallNext(window), ""
    yield _recall_row(there), commands.Recall(window), at
    yield "Start", commands.Start(window), at
    goes_on = live.closing is None or _standing(live, window).startswith("open")  # a closed day lets finish who is here
    more = there is not None and bool(there.visit.itinerary.open) and goes_on
    yield "Finish (more to do)" if more else "Finish", commands.Finish(window, "done", ()), at
    yield _no_show_row(live, there), commands.NoShow(window), at
    yield "Hold", commands.Hold(window, ""), at
    if live.closing is None and (there is None or there.leg < MOST_LEGS):
        another = next((one for one in live.plan.services if there is None or one != there.service), "")
        if another:
            yield "HandOn", commands.HandOn(window, (another,)), at
    if there is None or there.leg < MOST_LEGS:
        yield "Transfer", commands.Transfer(window, next(reversed(live.plan.queues)), None, ""), at
        for other in live.plan.windows:
            if other != window:
                yield "Transfer (to window)", commands.Transfer(window, None, other, ""), at


def _recall_row(there: Ticket | None) -> str:
    return "Recall (too often)" if there is not None and there.calls > RECALLS else "Recall"


def _no_show_row(live: LiveHall, there: Ticket | None) -> str:
    policy = live.plan.queues[there.queue].missed.value if there else "clerk"
    if live.closing is not None:
        return "NoShow (expire)"
    if there is not None and there.misses + 1 >= MISSES and policy in ("requeue", "postpone"):
        return "NoShow (too often)"
    return f"NoShow ({policy})"


def _of_ticket(node: Node, ticket: Ticket) -> Iterator[CommandRow]:
    if ticket.visit.number == FIRST_NUMBER:
        printed = "MarkPrinted (again)" if ticket.printed else "MarkPrinted"
        yield printed, commands.MarkPrinted(ticket.id), ticket.id
    other = [service for service in node.live.plan.services if service != ticket.service]
    if node.live.closing is None and ticket.leg == 1 and other and not ticket.visit.itinerary.stops:
        yield "AddStops", commands.AddStops(ticket.id, (other[0],)), ticket.id
    legs = [leg for leg in node.known.values() if leg.number == ticket.number and leg.state in OPEN_STATES]
    if legs in ([], [ticket]) and ticket.state is not State.TRANSFERRED:
        chosen = (ticket.number,)
        yield "VoidTickets", commands.VoidTickets(CHIEF, (), None, chosen, "x", (), dry_run=False), ticket.id
    yield "Cancel", commands.Cancel(ticket.id, walkout=False, reason=""), ticket.id
    yield "Cancel (walkout)", commands.Cancel(ticket.id, walkout=True, reason=""), ticket.id
    yield "Requeue", commands.Requeue(ticket.id), ticket.id
    yield "Postpone", commands.Postpone(ticket.id, 1), ticket.id
    yield "Reinstate", commands.Reinstate(ticket.id, 0), ticket.id
    for window in node.live.plan.windows:
        yield "Pick", commands.Pick(window, ticket.id, "x"), ticket.id
        yield "CallBack", commands.CallBack(window, ticket.id), ticket.id


def _wanted(node: Node, row: str, command: commands.Command, subject: str) -> Outcome:
    """The table's cell; a ticket sent to one window is not served at another, and returns when that one closes."""
    window = getattr(command, "window", None)
    standing = _standing(node.live, window) if window else "closed"
    state = _state_before(node, row, subject)
    staffed = sum(one.state is not WindowState.CLOSED for one in node.live.windows.values())
    wanted = expected(row, state, standing, staffed)
    if row == "CloseWindow" and not wanted.refusal:
        sent_here = sum(1 for _ in node.live.line.in_order(window_lane(str(window))))
        return dataclasses.replace(wanted, facts=(*wanted.facts, *("ticket.returned",) * sent_here))
    if row in ("Pick", "CallBack") and standing == "open":
        ticket = node.known[subject]
        back = row == "CallBack" and ticket.window == window
        if not back and not _may_be_called(node.live, str(window), ticket):
            return Outcome(refusal="not_served_here")
    return wanted


def _state_before(node: Node, row: str, subject: str) -> str:
    """The state by which the table is read; for the reopening of a day the one before its end."""
    if row == "ReopenDay" and node.live.closing is not None:
        for one in node.live.closing.ended:
            if one.ticket == subject:
                return one.was.value
    return node.known[subject].state.value if subject in node.known else "waiting"


def _standing(live: LiveHall, window: str) -> str:
    now = live.windows.get(window, WindowNow(window))
    there = _there(live, window)
    return now.state.value + (f"+{there.state.value}" if there else "")


def _there(live: LiveHall, window: str) -> Ticket | None:
    now = live.windows.get(window)
    return live.tickets[now.ticket] if now is not None and now.ticket is not None else None


def _may_be_called(live: LiveHall, window: str, ticket: Ticket) -> bool:
    rule = rule_for(live.plan, live.windows.get(window, WindowNow(window)), live.windows.values())
    return may_call(rule, ticket, NOW)


# -- states as values


def copied(node: Node) -> Node:
    """The same state once more, so that changing one leaves the other."""
    return Node(copied_live(node.live), dict(node.known), node.made)


def copied_live(live: LiveHall) -> LiveHall:
    """The same hall once more."""
    values = {
        one.name: None if one.name.startswith("_") else _copied(getattr(live, one.name))
        for one in dataclasses.fields(live)
    }
    values["line"] = Line(ticket for ticket in live.tickets.values() if stands_in_line(ticket))
    values["agenda"] = Agenda(live.agenda.appointments.values())
    return LiveHall(**values)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: set(one) if isinstance(one, set) else one for key, one in value.items()}
    return value if isinstance(value, _NEVER_CHANGED) else copy.deepcopy(value)


_NEVER_CHANGED: Final = (HallPlan, int, date, Line, Agenda, Closing, type(None))


def _key(node: Node) -> Any:
    """What of a state matters to what may come."""
    live, number = node.live, _names(node)
    line = sorted((t for t in live.tickets.values() if t.state is State.WAITING), key=lambda ticket: ticket.place)
    windows = sorted(live.windows.values(), key=lambda window: window.id)
    return (
        tuple(number[ticket.id] for ticket in line),
        tuple(_trait(ticket, number) for ticket in node.known.values()),
        tuple((w.id, w.state.value, number.get(w.ticket or ""), min(w.streak, 3)) for w in windows),
        live.business_day,
        live.closing and tuple((number[one.ticket], one.was.value) for one in live.closing.ended),
    )


def _names(node: Node) -> dict[str, int]:
    return {ticket_id: place for place, ticket_id in enumerate(node.known)}


def _trait(ticket: Ticket, number: dict[str, int]) -> Any:
    if ticket.state.value in OVER:
        return ticket.queue, ticket.state.value, ticket.leg, ticket.printed
    return (
        ticket.queue,
        ticket.state.value,
        ticket.leg,
        len(ticket.visit.itinerary.open),
        ticket.printed,
        ticket.window,
        ticket.sent_to,
        ticket.calls,
        min(ticket.misses, MISSES),
    )


def _told(node: Node) -> str:
    """A state in a few words."""
    tickets = ", ".join(f"{t.number}/{t.leg} {t.state.value} {t.window or ''}".strip() for t in node.known.values())
    windows = ", ".join(f"{w.id} {w.state.value}" for w in node.live.windows.values())
    return f"[{tickets or 'nobody'}; {windows}]"
