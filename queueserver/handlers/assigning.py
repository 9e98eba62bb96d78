"""The server's own calls: whenever a window that calls by itself is free and somebody may be called there."""

from __future__ import annotations

from queueserver.domain.assignment import ready
from queueserver.domain.balance import choose_window
from queueserver.domain.eligibility import rule_for
from queueserver.domain.reason import Reason
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Ticket
from queueserver.handlers import commands
from queueserver.handlers.calling import call_to
from queueserver.ports import UnitOfWork


def assign(uow: UnitOfWork, command: commands.Assign) -> tuple[Ticket, Reason] | None:
    """One call to the least busy window that can have one, by that window's rule; None when there is none to make."""
    windows, policy = uow.windows(), uow.plan.policy
    free = [one for one in ready(policy, windows, uow.now) if one.id in uow.plan.windows]
    while (window := choose_window(free)) is not None:
        chosen = choose_next(uow.line, rule_for(uow.plan, window, windows), policy, uow.now)
        if chosen is not None:
            return call_to(uow, window, *chosen, how="auto")
        free.remove(window)
    return None
