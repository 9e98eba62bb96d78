"""From a recorded fact to the command that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from queueserver.handlers import bookings, commands
from queueserver.ports import Actor
from queueserver.simulation.recording import Fact, Recording, dropped

_CLERK: Final = frozenset({"clerk"})
NOTHING_TO_DO: Final = ("announcement.", "appointment.")
"""Beginnings of kinds that change nothing about who is called: a check-in is seen in the ticket it issues."""

Make = Callable[[Fact, str, Recording], commands.Command]
"""From a fact and our id of its ticket to the command that made it."""


def _issue(fact: Fact, _: str, recording: Recording) -> commands.Command:
    holder = commands.Holder(hash=recording.holders.get(fact.ticket, ""))
    data, booking = fact.data, recording.bookings.get(fact.ticket)
    lang = data["lang"]
    if booking is not None:
        return bookings.CheckIn(fact.detail["channel"], booking.id, lang=lang, priority_class=data["priority_class"])
    first, *further = fact.detail.get("services") or [data["service"]]
    return commands.TakeTicket(
        first,
        fact.detail["channel"],
        lang,
        data["priority_class"],
        holder,
        services=tuple(further),
        party=data.get("party", 1),
    )


def _finish(fact: Fact, _: str, recording: Recording) -> commands.Command:
    if handed_on := tuple(fact.detail.get("handed_on", ())):
        return commands.HandOn(fact.data["window"], handed_on)
    leaves = fact.ticket not in recording.continued
    return commands.Finish(fact.data["window"], fact.data["outcome"], tuple(fact.detail["items"]), leaves=leaves)


def _cancel(fact: Fact, ticket: str, recording: Recording) -> commands.Command:
    """A visit that goes on all the same had the service dropped it was waiting for."""
    if fact.ticket in recording.continued:
        return commands.DropStops(ticket, dropped(fact))
    return commands.Cancel(ticket, walkout=False, reason="")


def _call(fact: Fact, ticket: str, _: Recording) -> commands.Command:
    window = fact.data["window"]
    if fact.data["how"] == "next":
        return commands.CallNext(window)
    if fact.data["how"] == "auto":
        return commands.Assign()
    return commands.CallBack(window, ticket) if fact.data["how"] == "call_back" else commands.Pick(window, ticket, "-")


def _return(fact: Fact, ticket: str, _: Recording) -> commands.Command:
    how = fact.data["how"]
    if how == "requeue":
        return commands.Requeue(ticket)
    return commands.Postpone(ticket, 1) if how == "postpone" else commands.Reinstate(ticket, 0)


def _transfer(fact: Fact, _: str, __: Recording) -> commands.Command:
    sent_to = fact.detail.get("sent_to")
    to_queue, window = None if sent_to else fact.data["queue"], fact.data["from_window"]
    return commands.Transfer(window, to_queue, sent_to, "", come_back=window in fact.detail.get("returns", ()))


def _open(fact: Fact, _: str, __: Recording) -> commands.Command:
    staff = fact.detail.get("staff") or f"staff-{fact.data['window']}"
    return commands.OpenWindow(fact.data["window"], Actor(staff, staff, _CLERK))


COMMANDS: Final[Mapping[str, Make]] = {
    "ticket.issued": _issue,
    "ticket.printed": lambda fact, ticket, _: commands.MarkPrinted(ticket),
    "ticket.called": _call,
    "ticket.recalled": lambda fact, _, __: commands.Recall(fact.data["window"]),
    "ticket.started": lambda fact, _, __: commands.Start(fact.data["window"]),
    "ticket.finished": _finish,
    "ticket.missed": lambda fact, _, __: commands.NoShow(fact.data["from_window"]),
    "ticket.held": lambda fact, _, __: commands.Hold(fact.data["window"], "", **fact.held_for),
    "ticket.returned": _return,
    "ticket.transferred": _transfer,
    "ticket.cancelled": _cancel,
    "ticket.replanned": lambda fact, ticket, _: commands.AddStops(ticket, ()),
    "ticket.walked_out": lambda fact, ticket, _: commands.Cancel(ticket, walkout=True, reason=""),
    "window.opened": _open,
    "window.paused": lambda fact, _, __: commands.PauseWindow(fact.data["window"], fact.data["reason"]),
    "window.resumed": lambda fact, _, __: commands.ResumeWindow(fact.data["window"]),
    "window.switched": lambda fact, _, __: commands.SwitchCalling(fact.data["window"], bool(fact.detail.get("auto"))),
    "window.closed": lambda fact, _, __: commands.CloseWindow(fact.data["window"], fact.data.get("how", "")),
}
