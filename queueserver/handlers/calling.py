"""What a window does with tickets: call, pick, call back, recall, start, finish, no-show, hold, transfer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from queueserver.domain import events
from queueserver.domain.eligibility import SKILL_MISSING, is_privileged, refusal, rule_for
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import MissedPolicy
from queueserver.domain.line import lane_of
from queueserver.domain.reason import Reason
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Place, Ticket
from queueserver.domain.window import Window
from queueserver.handlers import commands, visits
from queueserver.handlers.waits import promising
from queueserver.handlers.windows import must_be_usable
from queueserver.ports import UnitOfWork


def call_next(uow: UnitOfWork, command: commands.CallNext) -> tuple[Ticket, Reason] | None:
    """The ticket whose turn it is, with the reason; None when nobody may be called."""
    window = _free_window(uow, command.window)
    chosen = choose_next(uow.line, rule_for(uow.plan, window, uow.windows()), uow.plan.policy, uow.now)
    if chosen is None:
        return None
    ticket, reason = chosen
    return call_to(uow, window, ticket, reason, how="next")


def pick(uow: UnitOfWork, command: commands.Pick) -> tuple[Ticket, Reason]:
    """Out of order, with a reason that is stored."""
    if not command.reason.strip():
        raise DomainError("reason_required", field="reason")
    window = _free_window(uow, command.window)
    ticket = uow.ticket(command.ticket)
    _must_be_eligible(uow, window, ticket)
    return call_to(uow, window, ticket, Reason("picked", {"reason": command.reason.strip()}), how="pick")


def call_back(uow: UnitOfWork, command: commands.CallBack) -> tuple[Ticket, Reason]:
    """A held or missed ticket comes to this window again, also before the time it was held for is over."""
    window = _free_window(uow, command.window)
    ticket = uow.ticket(command.ticket)
    _must_be_eligible(uow, window, replace(ticket, not_before=None))
    return call_to(uow, window, ticket, Reason("called_back", {"state": ticket.state.value}), how="call_back")


def recall(uow: UnitOfWork, command: commands.Recall) -> Ticket:
    """Say the same call once more."""
    _, ticket = at_window(uow, command.window)
    again, event = ticket.recall(uow.plan.policy.recalls)
    uow.put_ticket(again)
    uow.record(event)
    return again


def start(uow: UnitOfWork, command: commands.Start) -> Ticket:
    """The visitor has come."""
    _, ticket = at_window(uow, command.window)
    serving, event = ticket.start(uow.now)
    uow.put_ticket(serving)
    uow.record(event)
    return serving


def finish(uow: UnitOfWork, command: commands.Finish) -> Ticket:
    """Done, with its outcome; the window is free, unless it goes on at once with the visitor's next stop."""
    window, ticket = at_window(uow, command.window)
    for item in command.items:
        if item not in uow.plan.services:
            raise DomainError("unknown_service", field="items")
    onward = visits.after_finish(uow, window, ticket, command)
    done, event = ticket.finish(uow.now, command.outcome, command.items, onward.itinerary)
    visits.leave(uow, window, ticket, event, onward)
    return done


def no_show(uow: UnitOfWork, command: commands.NoShow) -> Ticket:
    """Called and not come: what then is the queue's missed-ticket policy; when the day is closed, it is over."""
    window, ticket = at_window(uow, command.window)
    queue = uow.plan.queues.get(ticket.queue)
    policy = queue.missed if queue else MissedPolicy.CLERK
    over = policy is MissedPolicy.EXPIRE or uow.closing is not None
    again = not over and ticket.misses + 1 < uow.plan.policy.max_misses
    back_to: Place | None = None
    if again and policy is MissedPolicy.REQUEUE:
        back_to = uow.end_of_line()
    elif again and policy is MissedPolicy.POSTPONE and queue:
        back_to = uow.line.place_behind(lane_of(ticket), queue.postpone_places, uow.end_of_line())
    missed, event = ticket.miss(back_to, over=over, now=uow.now)
    visits.give_back(uow, ticket.visit.itinerary, missed.visit)
    uow.put_window(window.release())
    uow.put_ticket(missed)
    uow.record(event)
    return missed


def hold(uow: UnitOfWork, command: commands.Hold) -> Ticket:
    """Set aside; the window is free, the ticket waits for a call back or until its minutes are over."""
    window, ticket = at_window(uow, command.window)
    until = None if command.minutes is None else uow.now + timedelta(minutes=command.minutes)
    held, event = ticket.hold(command.reason, until)
    uow.put_window(window.release())
    uow.put_ticket(held)
    uow.record(event)
    return held


def transfer(uow: UnitOfWork, command: commands.Transfer) -> Ticket:
    """A new leg of the same visit, in another queue or for one window; the place follows the original arrival.

    After it the visit goes on as if nothing had been, or returns here when this window wants the visitor back.
    """
    window, ticket = at_window(uow, command.window)
    queue, sent_to = _destination(uow, command, ticket)
    if command.come_back:
        itinerary = visits.remembering(ticket, window.id, sent_to)
    else:
        itinerary = visits.arrived_at(ticket.visit, sent_to)
    place = visits.original_place(uow, ticket)
    ended, leg = ticket.transfer(uow.new_id(), queue, sent_to, place, command.note, uow.now, itinerary=itinerary)
    uow.put_window(window.release())
    uow.put_ticket(ended)
    leg = promising(uow, leg)
    uow.put_ticket(leg)
    uow.record(events.TicketTransferred(leg, ended.id, ended.queue, ended.window))
    return leg


def _destination(uow: UnitOfWork, command: commands.Transfer, ticket: Ticket) -> tuple[str, str | None]:
    if (command.to_queue is None) == (command.to_window is None):
        raise DomainError("invalid_field", field="queue")
    if command.to_queue is not None:
        if command.to_queue not in uow.plan.queues:
            raise DomainError("unknown_queue", field="queue")
        return command.to_queue, None
    target = uow.plan.windows.get(command.to_window or "")
    if target is None:
        raise DomainError("unknown_window", field="window")
    if target.id == command.window:
        raise DomainError("invalid_field", field="window")
    must_be_usable(uow, target.id)
    queue = ticket.queue if ticket.queue in target.serves else target.serves[0]
    return queue, target.id


def call_to(uow: UnitOfWork, window: Window, ticket: Ticket, reason: Reason, *, how: str) -> tuple[Ticket, Reason]:
    """Let the ticket be called to a window that is free; `how` is next, auto, pick or call_back."""
    called, event = ticket.call(window.id, window.staff, uow.now, how, reason)
    privileged = is_privileged(ticket, uow.plan.privileged, uow.plan.policy, uow.now)
    streak = window.streak + 1 if privileged else 0
    uow.put_window(window.take(called.id, streak if how in ("next", "auto") else window.streak))
    uow.put_queue_day(uow.queue_day(called.queue).called(called.number))
    uow.put_ticket(called)
    uow.record(event)
    return called, reason


def _free_window(uow: UnitOfWork, window_id: str) -> Window:
    window = uow.window(window_id)
    if window_id not in uow.plan.windows:
        raise DomainError("unknown_window")
    window.must_call(uow.ticket(window.ticket).number if window.ticket else None)
    return window


def at_window(uow: UnitOfWork, window_id: str) -> tuple[Window, Ticket]:
    """The window and whoever is called to it or served there; raises window_idle."""
    window = uow.window(window_id)
    if window.ticket is None:
        raise DomainError("window_idle")
    return window, uow.ticket(window.ticket)


def _must_be_eligible(uow: UnitOfWork, window: Window, ticket: Ticket) -> None:
    """Raise the code of eligibility.refusal."""
    code = refusal(rule_for(uow.plan, window, uow.windows()), ticket, uow.now)
    if code == SKILL_MISSING:
        raise DomainError(code, number=ticket.number, skill=uow.plan.skills[ticket.service])
    if code:
        raise DomainError(code, number=ticket.number)
