"""Which of several free windows gets the next visitor, and the account of each window's work that decides it.

The window that was busy the shortest time goes first; among equals the one that has been free the longest, then by id.
A window that opens late begins with the smallest load of those already at work, or it would get everybody until it had
caught up with the morning. While windows that serve the same are free together, their loads never differ by more than
one visitor takes: only the smallest load grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from queueserver.domain.window import Window, WindowState

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def is_free(window: Window) -> bool:
    """Whether somebody could be called here now."""
    return window.state is WindowState.OPEN and window.ticket is None


def choose_window(free: Iterable[Window]) -> Window | None:
    """The window whose turn it is to work; None when there is none."""
    return min(free, key=lambda one: (one.busy_ms, one.since or _LONG_AGO, one.id), default=None)


def starting_load(others: Iterable[Window]) -> int:
    """The load in ms with which a window opens while `others` stand as they do."""
    return min((one.busy_ms for one in others if one.state is not WindowState.CLOSED), default=0)


def accounted(before: Window, after: Window, others: Iterable[Window], now: datetime) -> Window:
    """`after` with the time it was busy or idle until now added, and since when it is as it is."""
    busy_ms, since = before.busy_ms, before.since
    state_since, idle_ms = before.state_since, before.idle_ms
    if before.state is not after.state:
        state_since, idle_ms = now, 0
    elif after.ticket is not None and before.ticket is None:
        idle_ms += idle_until(before, now)
    if before.ticket is not None and after.ticket != before.ticket and since is not None:
        busy_ms += max(0, (now - since) // timedelta(milliseconds=1))
    if before.state is WindowState.CLOSED and after.state is not WindowState.CLOSED:
        busy_ms = starting_load(others)
    if after.ticket != before.ticket or (after.ticket is None and after.state is not before.state):
        since = now
    return replace(after, busy_ms=busy_ms, since=since, state_since=state_since, idle_ms=idle_ms)


def idle_until(window: Window, now: datetime) -> int:
    """Milliseconds for which nobody has been at the open window by now; nothing while somebody is."""
    if window.ticket is not None or window.state is not WindowState.OPEN or window.since is None:
        return 0
    return max(0, (now - window.since) // timedelta(milliseconds=1))
