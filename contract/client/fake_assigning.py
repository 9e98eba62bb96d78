"""The fake hall's own calls: to windows that are free and called for, the least busy one first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from contract.bodies import Reason, WindowState
from contract.client.fake_book import Book, Desk, Entry
from contract.client.fake_choosing import choose, is_privileged
from contract.config import Assignment

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def calls_by_itself(book: Book, desk: Desk) -> bool:
    """Whether the hall calls for this window, without anybody pressing a key."""
    assignment = book.config.hall.policy.assignment
    return desk.auto if assignment is Assignment.MIXED else assignment is Assignment.AUTOMATIC


def calls_at(book: Book, desk: Desk) -> datetime | None:
    """From when on the hall may call for this window; None while it is not free or calls by its clerk's hand."""
    is_free = desk.state is WindowState.OPEN and book.active(desk.config.id) is None
    if not is_free or not calls_by_itself(book, desk):
        return None
    pause = timedelta(seconds=book.config.hall.policy.assign_after_seconds)
    return desk.since + pause if desk.since else book.now()


def assign(book: Book) -> None:
    """Every call the hall has to make by now."""
    account(book)
    while _one_call(book):
        account(book)


def account(book: Book) -> None:
    """Keep for each window how long it was busy, and since when it is as it is."""
    now = book.now()
    for desk in book.desks.values():
        there = book.active(desk.config.id)
        stands = (desk.state, there.ticket.id if there else "")
        before = desk.stood
        if before[1] and stands[1] != before[1] and desk.since is not None:
            desk.busy += now - desk.since
        if before[0] is WindowState.CLOSED and stands[0] is not WindowState.CLOSED:
            at_work = (one.busy for one in book.desks.values() if one.stood[0] is not WindowState.CLOSED)
            desk.busy = min(at_work, default=timedelta())
        if stands[1] != before[1] or (not stands[1] and stands[0] is not before[0]):
            desk.since = now
        desk.stood = stands


def call_to(book: Book, entry: Entry, window: str, reason: Reason, how: str) -> None:
    """Call it there; privileged calls in a row are counted unless the clerk chose."""
    desk = book.desk(window)
    if how in ("next", "auto"):
        desk.streak = desk.streak + 1 if is_privileged(book, entry) else 0
    book.call(entry, window, reason, how)


def _one_call(book: Book) -> bool:
    now = book.now()
    free = [desk for desk in book.desks.values() if (at := calls_at(book, desk)) is not None and at <= now]
    for desk in sorted(free, key=lambda one: (one.busy, one.since or _LONG_AGO, one.config.id)):
        chosen = choose(book, desk.config.id)
        if chosen is not None:
            call_to(book, chosen[0], desk.config.id, chosen[1], "auto")
            return True
    return False
