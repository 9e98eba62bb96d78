"""Whom a window of the fake hall may call, and who of them is next: the product's order, for what the apps meet.

Neither rules of windows nor skills and languages of staff are known here; the sample hall has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from contract.bodies import PassedOver, Reason, TicketState, WindowState
from contract.client.fake_book import Book, Entry


def may_be_called(book: Book, window: str) -> list[Entry]:
    """Everybody this window may call now, the earliest first; who was held for a time comes back at the old place."""
    due = [entry for entry in book.for_window(window) if _is_due(book, entry)]
    due += (entry for entry in book.entries.values() if _came_due(book, entry, window))
    return sorted(due, key=lambda entry: entry.order)


def choose(book: Book, window: str) -> tuple[Entry, Reason] | None:
    """Who is next at this window, and why; None when nobody may be called."""
    line = may_be_called(book, window)
    privileged = next((entry for entry in line if is_privileged(book, entry)), None)
    ordinary = next((entry for entry in line if not is_privileged(book, entry)), None)
    if privileged is None or ordinary is None:
        return _first(book, line[0]) if line else None
    policy = book.config.hall.policy
    waited = _waited(book, ordinary)
    if ordinary.order < privileged.order and 0 < policy.longest_wait_minutes <= waited:
        params: dict[str, str | int] = {"waited_minutes": waited, "limit_minutes": policy.longest_wait_minutes}
        return ordinary, Reason(code="waited_too_long", params=params, passed_over=_passed(book, [privileged]))
    streak = book.desk(window).streak
    if streak >= policy.privileged_per_ordinary:
        passed = _passed(book, [privileged])
        return ordinary, Reason(code="ordinary_turn", params={"after": streak}, passed_over=passed)
    if privileged.order < ordinary.order:
        return _first(book, privileged)
    params = {"priority_class": privileged.ticket.priority_class}
    return privileged, Reason(code="privileged", params=params, passed_over=_passed(book, [ordinary]))


def is_privileged(book: Book, entry: Entry) -> bool:
    """Of a privileged class, or an appointment that waits too long after its time."""
    if entry.ticket.priority_class in book.privileged:
        return True
    booked, tolerance = entry.ticket.booked_for, book.config.hall.policy.appointment_tolerance_minutes
    return booked is not None and book.now() - booked >= timedelta(minutes=tolerance)


def _is_due(book: Book, entry: Entry) -> bool:
    return entry.ticket.not_before is None or entry.ticket.not_before <= book.now()


def _came_due(book: Book, entry: Entry, window: str) -> bool:
    """Held for a time that is over: its window's to call, or anybody's of the queue once that has closed."""
    ticket = entry.ticket
    if ticket.state is not TicketState.HELD or ticket.not_before is None or ticket.not_before > book.now():
        return False
    if ticket.window == window:
        return True
    holder = book.desk(ticket.window or "")
    return holder.state is WindowState.CLOSED and ticket.queue in book.desk(window).config.serves


def _first(book: Book, entry: Entry) -> tuple[Entry, Reason]:
    code = "sent_here" if entry.sent_to else "first_in_line"
    if entry.came_back:
        code = "came_back"
    if entry.ticket.state is TicketState.HELD:
        code = "held_due"
    return entry, Reason(code=code, params={"waited_minutes": _waited(book, entry)})


def _waited(book: Book, entry: Entry) -> int:
    return max(0, int((book.now() - entry.since).total_seconds() // 60))


def _passed(book: Book, entries: Sequence[Entry]) -> tuple[PassedOver, ...]:
    return tuple(
        PassedOver(
            number=entry.ticket.number,
            priority_class=entry.ticket.priority_class,
            waited_minutes=_waited(book, entry),
        )
        for entry in entries
    )
