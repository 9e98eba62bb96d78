"""From what visitors and staff of a simulated day do to the commands that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from queueserver.domain.ticket import State, Ticket
from queueserver.handlers import bookings, commands
from queueserver.simulation.daychanges import BOSS
from queueserver.simulation.visitors import Deed, End, Later, Stage, Visitor

_ENDS: Final[Mapping[End, Callable[[Stage, Ticket, str], commands.Command]]] = {
    End.FINISH: lambda stage, ticket, window: commands.Finish(window, stage.outcome, stage.items, leaves=stage.leaves),
    End.MISS: lambda stage, ticket, window: commands.NoShow(window),
    End.HOLD: lambda stage, ticket, window: commands.Hold(window, "", **(stage.held_for or {})),
    End.TRANSFER: lambda stage, ticket, window: commands.Transfer(
        window, stage.to_queue, stage.to_window, "", come_back=stage.come_back
    ),
    End.HAND_ON: lambda stage, ticket, window: commands.HandOn(window, stage.services),
    End.REQUEUE: lambda stage, ticket, window: commands.Requeue(ticket.id),
    End.POSTPONE: lambda stage, ticket, window: commands.Postpone(ticket.id, stage.places),
}
_DEEDS: Final[Mapping[Deed, Callable[[Later, Ticket], commands.Command]]] = {
    Deed.PRINTED: lambda later, ticket: commands.MarkPrinted(ticket.id),
    Deed.WALK_OUT: lambda later, ticket: commands.Cancel(ticket.id, walkout=True, reason=""),
    Deed.CANCEL: lambda later, ticket: cancelling(ticket),
    Deed.REQUEUE: lambda later, ticket: commands.Requeue(ticket.id),
    Deed.POSTPONE: lambda later, ticket: commands.Postpone(ticket.id, later.places),
    Deed.REINSTATE: lambda later, ticket: commands.Reinstate(ticket.id, later.places),
    Deed.PICK: lambda later, ticket: commands.Pick(later.window, ticket.id, "as recorded"),
    Deed.CALL_BACK: lambda later, ticket: commands.CallBack(later.window, ticket.id),
    Deed.ADD_STOPS: lambda later, ticket: commands.AddStops(ticket.id, later.services),
    Deed.DROP_STOPS: lambda later, ticket: commands.DropStops(ticket.id, later.services),
}


def arrival_of(visitor: Visitor) -> commands.Command:
    """Takes a number, or checks in for the appointment."""
    if visitor.booking is not None:
        return bookings.CheckIn(
            visitor.channel, visitor.booking.id, lang=visitor.lang, priority_class=visitor.priority_class
        )
    return commands.TakeTicket(
        visitor.service,
        visitor.channel,
        visitor.lang,
        visitor.priority_class,
        commands.Holder(hash=visitor.holder),
        services=visitor.services,
        party=visitor.party,
    )


def end_of(stage: Stage, ticket: Ticket) -> commands.Command:
    """How the stay at the window ends; KeyError when it lasts until the day closes."""
    return _ENDS[stage.end](stage, ticket, ticket.window or "")


def cancelling(ticket: Ticket) -> commands.Command:
    """Of somebody who waits; a ticket that was set aside can only be voided."""
    if ticket.state is State.WAITING:
        return commands.Cancel(ticket.id, walkout=False, reason="")
    return commands.VoidTickets(BOSS, (), None, (ticket.number,), "as recorded", (), dry_run=False)


def deed_of(later: Later, ticket: Ticket) -> commands.Command:
    """What happens to the ticket away from a window."""
    return _DEEDS[later.deed](later, ticket)
