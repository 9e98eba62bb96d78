"""What must be in order in every state of a hall, whatever was commanded before."""

from __future__ import annotations

from collections.abc import Iterator

from queueserver.domain.line import lane_of
from queueserver.domain.ticket import AT_WINDOW, OPEN_STATES, State, Ticket
from queueserver.domain.window import WindowState
from queueserver.store import rows
from queueserver.store.live import LiveHall


def untrue(live: LiveHall, known: dict[str, Ticket]) -> list[str]:
    """In words, whatever is not in order: windows, line, holders, numbers, and what a restart would read."""
    return [
        *_windows_untrue(live),
        *_line_untrue(live),
        *(f"{t.number} is open and forgotten" for t in known.values() if _lost(live, t)),
        *(f"{t.number} is over and kept" for t in live.tickets.values() if t.state not in OPEN_STATES),
        *_numbers_untrue(known),
        *_reload_untrue(live),
    ]


def _lost(live: LiveHall, ticket: Ticket) -> bool:
    return ticket.state in OPEN_STATES and live.tickets.get(ticket.id) != ticket


def _windows_untrue(live: LiveHall) -> Iterator[str]:
    at = {ticket.id: ticket.window for ticket in live.tickets.values() if ticket.state in AT_WINDOW}
    held = [(window.ticket, window.id) for window in live.windows.values() if window.ticket is not None]
    if sorted(held) != sorted(at.items()):
        yield f"windows say {held}, tickets {at}"
    for window in live.windows.values():
        if window.state is WindowState.CLOSED and (window.ticket or window.staff):
            yield f"window {window.id} is closed and not empty"


def _line_untrue(live: LiveHall) -> Iterator[str]:
    waiting = {ticket.id for ticket in live.tickets.values() if ticket.state is State.WAITING}
    lanes = {lane_of(ticket) for ticket in live.tickets.values()} | {*live.plan.queues}
    in_line = [ticket for lane in sorted(lanes) for ticket in live.line.in_order(lane)]
    if sorted(ticket.id for ticket in in_line) != sorted(waiting):
        yield f"{len(in_line)} stand in line, {len(waiting)} wait"
    for queue in {*live.plan.queues, *(ticket.queue for ticket in in_line)}:
        if live.line.count(queue) != sum(1 for ticket in in_line if ticket.queue == queue):
            yield f"the count of queue {queue} is wrong"


def _numbers_untrue(known: dict[str, Ticket]) -> Iterator[str]:
    visits = {ticket.visit.id: (ticket.visit.business_day, ticket.number) for ticket in known.values()}
    if len(set(visits.values())) != len(visits):
        yield "a number was given twice"


def _reload_untrue(live: LiveHall) -> Iterator[str]:
    for ticket in live.tickets.values():
        visit = {f"visit_{name}": value for name, value in rows.visit_row("h", ticket.visit).items()}
        if rows.ticket_of({**visit, **rows.ticket_row("h", ticket, 1)}) != ticket:  # type: ignore[arg-type]
            yield f"{ticket.number} is another after a restart"
    for window in live.windows.values():
        if rows.window_of(rows.window_row("h", window)) != window:  # type: ignore[arg-type]
            yield f"window {window.id} is another after a restart"
