"""From what visitors and staff of a simulated day do to the commands that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from queueserver.domain.ticket import Ticket
from queueserver.handlers import commands
from queueserver.simulation.visitors import Deed, End, Later, Stage

_ENDS: Final[Mapping[End, Callable[[Stage, Ticket, str], commands.Command]]] = {
    End.FINISH: lambda stage, ticket, window: commands.Finish(window, "done", ()),
    End.MISS: lambda stage, ticket, window: commands.NoShow(window),
    End.HOLD: lambda stage, ticket, window: commands.Hold(window, ""),
    End.TRANSFER: lambda stage, ticket, window: commands.Transfer(window, stage.to_queue, stage.to_window, ""),
    End.REQUEUE: lambda stage, ticket, window: commands.Requeue(ticket.id),
    End.POSTPONE: lambda stage, ticket, window: commands.Postpone(ticket.id, stage.places),
}
_DEEDS: Final[Mapping[Deed, Callable[[Later, str], commands.Command]]] = {
    Deed.PRINTED: lambda later, ticket: commands.MarkPrinted(ticket),
    Deed.WALK_OUT: lambda later, ticket: commands.Cancel(ticket, walkout=True, reason=""),
    Deed.CANCEL: lambda later, ticket: commands.Cancel(ticket, walkout=False, reason=""),
    Deed.REQUEUE: lambda later, ticket: commands.Requeue(ticket),
    Deed.POSTPONE: lambda later, ticket: commands.Postpone(ticket, later.places),
    Deed.REINSTATE: lambda later, ticket: commands.Reinstate(ticket, later.places),
    Deed.PICK: lambda later, ticket: commands.Pick(later.window, ticket, "as recorded"),
    Deed.CALL_BACK: lambda later, ticket: commands.CallBack(later.window, ticket),
}


def end_of(stage: Stage, ticket: Ticket) -> commands.Command:
    """How the stay at the window ends; KeyError when it lasts until the day closes."""
    return _ENDS[stage.end](stage, ticket, ticket.window or "")


def deed_of(later: Later, ticket: str) -> commands.Command:
    """What happens to the ticket away from a window."""
    return _DEEDS[later.deed](later, ticket)
