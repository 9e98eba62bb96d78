"""Taking windows out of use for some hours: first whom it hits, then done by the hall itself when the time comes.

A pause is a clerk's and short, closing is a clerk's going home; both can be undone by whoever sits there. This is a
manager's word: until it is over, or taken back, nobody opens the window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from queueserver.domain import events
from queueserver.domain.closure import Closure, out_of_use
from queueserver.domain.errors import DomainError
from queueserver.domain.line import window_lane
from queueserver.domain.ticket import AT_WINDOW, State, Ticket
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from queueserver.handlers.closures import local_time, new_closure, of_today
from queueserver.handlers.voiding import announce, in_turn
from queueserver.handlers.windows import close_window, let_go
from queueserver.ports import Hit, Report, UnitOfWork, Unserved


def close_windows(uow: UnitOfWork, command: commands.CloseWindows) -> Report:
    """Who is at such a window is served there; who was sent to it waits with the queue; nobody loses a place."""
    for window in command.windows:
        if window not in uow.plan.windows:
            raise DomainError("unknown_window", field="windows")
    closure = replace(new_closure(uow, command), windows=tuple(dict.fromkeys(command.windows)))
    if all(_is_kept_closed(uow, window, closure) for window in closure.windows):
        raise DomainError("nothing_to_close")
    unserved = _unserved(uow, closure)
    report = Report(_hit(uow, closure, unserved), command.dry_run, closure, unserved=unserved)
    if command.dry_run:
        return report
    uow.put_closure(closure)
    uow.record(events.CalendarChanged(closure))
    _keep_closed(uow, [closure])
    served = dict.fromkeys(queue for window in closure.windows for queue in uow.plan.windows[window].serves)
    announce(uow, command.notice, served)
    return report


def keep_windows_closed(uow: UnitOfWork, command: commands.KeepWindowsClosed) -> None:
    """What time alone brings: a closure begins, or the visitor who was still there has left."""
    _keep_closed(uow, uow.closures.values())


def _keep_closed(uow: UnitOfWork, closures: Iterable[Closure]) -> None:
    local, held = local_time(uow), list(closures)
    for window in uow.windows():
        closure = out_of_use(held, window.id, local) if window.state is not WindowState.CLOSED else None
        if closure is None:
            continue
        if window.ticket is None:
            close_window(uow, commands.CloseWindow(window.id, "closure"))
            continue
        if window.state is WindowState.OPEN:
            paused, event = window.pause(closure.reason)
            uow.put_window(paused)
            uow.record(event)
        let_go(uow, window.id)


def _is_kept_closed(uow: UnitOfWork, window: str, closure: Closure) -> bool:
    """Whether another closure keeps it out of use all that time already."""
    start, end = closure.band
    return any(
        window in one.windows and one.day == closure.day and one.band[0] <= start and end <= one.band[1]
        for one in uow.closures.values()
        if one.ended_at is None
    )


def _hit(uow: UnitOfWork, closure: Closure, unserved: tuple[Unserved, ...]) -> tuple[Hit, ...]:
    """Who is at the windows or was sent to them, and who waits where nobody would be left to call."""
    if not _is_today(uow, closure):
        return ()
    alone = {one.queue for one in unserved}
    sent = {window_lane(window) for window in closure.windows}
    there = in_turn(uow.open_tickets())
    return tuple(
        Hit(one.id, one.number, one.queue, one.state, None, why)
        for one in there
        if (why := _why(one, closure, sent, alone))
    )


def _why(ticket: Ticket, closure: Closure, sent: set[str], alone: set[str]) -> str:
    if ticket.state in AT_WINDOW:
        return "at_window" if ticket.window in closure.windows else ""
    if ticket.state is State.WAITING and ticket.sent_to is not None:
        return "sent_here" if window_lane(ticket.sent_to) in sent else ""
    return "nobody_serves" if ticket.queue in alone else ""


def _unserved(uow: UnitOfWork, closure: Closure) -> tuple[Unserved, ...]:
    """Queues of these windows that no other window at work serves; `could_serve` are those that might be opened.

    For another day nobody knows who will be at work: then all windows count that are not out of use themselves.
    """
    today = _is_today(uow, closure)
    gone = {window for window in uow.plan.windows if window in closure.windows or _is_kept_closed(uow, window, closure)}
    at_work = {window.id for window in uow.windows() if _at_work(window)} if today else set(uow.plan.windows)
    found = []
    for queue in dict.fromkeys(queue for window in closure.windows for queue in uow.plan.windows[window].serves):
        others = [window for window in uow.plan.windows_of_queue.get(queue, ()) if window not in gone]
        if not at_work.intersection(others):
            waiting = uow.line.count(queue) if today else 0
            found.append(Unserved(queue, waiting, tuple(uow.label(window) for window in others)))
    return tuple(found)


def _is_today(uow: UnitOfWork, closure: Closure) -> bool:
    """Whether it holds already or later this business day; one of all tomorrow begins before this one ends."""
    return closure.holds(local_time(uow)) or of_today(uow, closure.day, closure.band[1] - 1)


def _at_work(window: Window) -> bool:
    return window.state is not WindowState.CLOSED
