"""What a ticket's change teaches its queue: seen from before and after, so that no handler has to think of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from queueserver.domain.estimate import after
from queueserver.domain.learned import Learned
from queueserver.domain.openhours import NO_HOURS
from queueserver.domain.party import expected_services
from queueserver.domain.sharing import Sharing
from queueserver.domain.ticket import AT_WINDOW, State, Ticket

FORGOTTEN_MINUTES: Final = 240.0
"""A ticket that was at a window for longer was forgotten there, until the day was closed at the latest."""
_LEFT: Final = frozenset({State.CANCELLED, State.WALKOUT})


def lesson(
    learned: Learned,
    was: Ticket | None,
    ticket: Ticket,
    now: datetime,
    *,
    hour: int,
    configured: float,
    privileged: bool,
    sharing: Sharing | None = None,
) -> Learned:
    """What the queue of `ticket` knows once it is no longer as it `was`; the same object when there is no lesson.

    `hour` is the hall's local hour, `configured` the minutes the configuration gives for one service; without
    `sharing` there are no breaks.
    """
    if was is None:
        waits_first = ticket.state is State.WAITING and privileged
        return learned.privileged_came(now.timestamp() / 60) if waits_first else learned
    if was.state is State.WAITING and ticket.state in (State.CALLED, *_LEFT):
        learned = learned.left(called=ticket.state is State.CALLED)
        first = was.promise is not None and was.promise.waited is None
        if not first or ticket.promise is None:
            return learned
        hours = sharing.hours(ticket.queue, ticket.issued_at) if sharing else NO_HOURS
        issued = ticket.issued_at.timestamp() / 60
        if learned.opening.weight and hours.bands:
            hours = hours.opening_later(learned.opening.mean)
        return after(learned, ticket.promise, hours, issued)
    since = was.called_at or was.started_at
    if was.state in AT_WINDOW and ticket.state not in AT_WINDOW and since is not None:
        minutes = (now - since).total_seconds() / 60
        if minutes <= FORGOTTEN_MINUTES:
            each = minutes / expected_services(ticket.visit.party)
            return learned.served(ticket.service, each, hour, configured)
    return learned
