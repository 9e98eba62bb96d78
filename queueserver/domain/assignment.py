"""Which windows call by themselves, and when the next of them may: the hall calls, or staff do, or each as it likes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from queueserver.domain.balance import is_free
from queueserver.domain.hall import Assignment, Policy
from queueserver.domain.line import Line
from queueserver.domain.window import Window


def calls_by_itself(policy: Policy, window: Window) -> bool:
    """Whether the server calls for this window, without anybody pressing a key."""
    if policy.assignment is Assignment.MIXED:
        return window.auto
    return policy.assignment is Assignment.AUTOMATIC


def ready(policy: Policy, windows: Iterable[Window], now: datetime) -> list[Window]:
    """The windows for which the server may call now: free, and free long enough to breathe."""
    return [one for one in windows if _waits_for_a_call(policy, one) and _ready_at(policy, one, now) <= now]


def next_chance(policy: Policy, windows: Iterable[Window], line: Line, now: datetime) -> datetime | None:
    """The next moment after `now` when time alone makes a call possible; None when only a command can."""
    if policy.assignment is Assignment.MANUAL:
        return None
    moments = [_ready_at(policy, one, now) for one in windows if _waits_for_a_call(policy, one)]
    due = line.next_due(now)
    return min((moment for moment in (*moments, *([due] if due else [])) if moment > now), default=None)


def calls_at(policy: Policy, window: Window, now: datetime) -> datetime | None:
    """From when on the server may call for this window; None while it is not free or calls by its clerk's hand."""
    return _ready_at(policy, window, now) if _waits_for_a_call(policy, window) else None


def _waits_for_a_call(policy: Policy, window: Window) -> bool:
    return is_free(window) and calls_by_itself(policy, window)


def _ready_at(policy: Policy, window: Window, now: datetime) -> datetime:
    return (window.since or now) + timedelta(seconds=policy.assign_after_seconds if window.since else 0)
