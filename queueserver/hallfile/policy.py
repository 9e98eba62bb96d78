"""Checks the bounds of the calling policy against rules and bookings: a promise that cannot be kept is refused here.

What a file cannot show is not looked for: how many people come, how many windows are staffed, how long they are served.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contract.config import Assignment, Booking, MissedPolicy, Policy, Queue, Rule, Service, SlotTemplate, Window
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, Params, Path

MINUTES_A_DAY: Final = 1440


def check_policy(entries: Entries) -> Iterator[Finding]:
    """Bounds that contradict each other, rules that can never decide anything, check-ins nobody could make in time."""
    if entries.hall is None:
        return
    policy, path = entries.hall.policy, ("hall", "policy", "appointment_tolerance_minutes")
    if 0 < policy.longest_wait_minutes <= policy.appointment_tolerance_minutes:
        params = {"tolerance": policy.appointment_tolerance_minutes, "limit": policy.longest_wait_minutes}
        yield Finding("tolerance_over_bound", path, params)
    yield from _rules(entries, policy)
    if policy.longest_wait_minutes == 0:
        yield from _never_in_turn(entries)
    yield from _missed(entries, policy)
    yield from _check_ins(entries, policy, entries.hall.booking)
    yield from _slots(entries, entries.hall.booking)
    for index, window in entries.sound("windows", Window):
        if window.auto and policy.assignment is not Assignment.MIXED:
            at: Path = ("windows", index, "auto")
            yield Finding("auto_unused", at, {"subject": entries.subject(at), "value": policy.assignment.value})


def _rules(entries: Entries, policy: Policy) -> Iterator[Finding]:
    """Rules that never hold: the bound comes first, an earlier rule does, or the line is never so long."""
    limits = {queue.id: queue.waiting_limit for _, queue in entries.sound("queues", Queue)}
    for index, window in entries.sound("windows", Window):
        for place, rule in enumerate(window.rules):
            at: Path = ("windows", index, "rules", place)
            about: Params = {"subject": entries.subject(at), "value": rule.queue}
            if 0 < policy.longest_wait_minutes <= rule.waited_minutes:
                bounds = {"minutes": rule.waited_minutes, "limit": policy.longest_wait_minutes}
                yield Finding("rule_beyond_bound", (*at, "waited_minutes"), {**about, **bounds})
            elif any(_covers(earlier, rule) for earlier in window.rules[:place]):
                yield Finding("rule_hidden", (*at, "queue"), about)
            limit = limits.get(rule.queue)
            if limit is not None and rule.waiting_at_least > limit:
                yield Finding("rule_line_long", (*at, "waiting_at_least"), {**about, "limit": limit})


def _covers(earlier: Rule, rule: Rule) -> bool:
    """Whether the earlier one holds whenever `rule` would."""
    return (
        earlier.queue == rule.queue
        and earlier.waited_minutes <= rule.waited_minutes
        and max(1, earlier.waiting_at_least) <= max(1, rule.waiting_at_least)
    )


def _never_in_turn(entries: Entries) -> Iterator[Finding]:
    """Queues behind a rule for others at every window that serves them, while no bound ends the rules."""
    windows = [window for _, window in entries.sound("windows", Window)]
    for index, queue in entries.ids("queues"):
        serving = [window for window in windows if queue in window.serves]
        if serving and all(_others_first(window, queue) for window in serving):
            at: Path = ("queues", index, "id")
            yield Finding("queue_unbounded", at, {"subject": entries.subject(at), "value": queue})


def _others_first(window: Window, queue: str) -> bool:
    """Whether another queue has a rule here, and none of this one's own stands before it."""
    return bool(window.rules) and window.rules[0].queue != queue


def _missed(entries: Entries, policy: Policy) -> Iterator[Finding]:
    for index, queue in entries.sound("queues", Queue):
        if policy.max_misses == 1 and queue.missed in (MissedPolicy.REQUEUE, MissedPolicy.POSTPONE):
            at: Path = ("queues", index, "missed")
            yield Finding("missed_never_back", at, {"subject": entries.subject(at), "value": queue.missed.value})


def _check_ins(entries: Entries, policy: Policy, hall: Booking) -> Iterator[Finding]:
    """Of queues with bookable times: when one may check in, and what a late check-in does to the bound."""
    told: set[Path] = set()
    for index, queue in entries.sound("queues", Queue):
        if queue.id not in _bookable(entries):
            continue
        early = hall.early_minutes if queue.booking.early_minutes is None else queue.booking.early_minutes
        late = hall.late_minutes if queue.booking.late_minutes is None else queue.booking.late_minutes
        at: Path = ("hall", "booking", "late_minutes")
        if queue.booking.late_minutes is not None or queue.booking.early_minutes is not None:
            at = ("queues", index, "booking", "late_minutes")
        if at in told:
            continue
        told.add(at)
        if early == late == 0:
            yield Finding("check_in_never", at, {"subject": entries.subject(at)})
        elif 0 < policy.longest_wait_minutes <= late:
            bounds: Params = {"minutes": late, "limit": policy.longest_wait_minutes}
            yield Finding("late_over_bound", at, {"subject": entries.subject(at), **bounds})


def _slots(entries: Entries, hall: Booking) -> Iterator[Finding]:
    """Templates that are more work than their windows can do, by the configured minutes, or that bind whoever books."""
    queues = {queue.id: queue for _, queue in entries.sound("queues", Queue)}
    queue_of = {service.id: service.queue for _, service in entries.sound("services", Service)}
    windows = [window for _, window in entries.sound("windows", Window)]
    for index, template in entries.sound("slots", SlotTemplate):
        at: Path = ("slots", index)
        queue = queues.get(template.queue or queue_of.get(next(iter(template.services), ""), ""))
        if queue is None:
            continue
        serving = sum(queue.id in window.serves for window in windows)
        work, room = round(template.capacity * queue.service_minutes), serving * template.minutes
        if 0 < room < work:
            sums: Params = {"places": template.capacity, "minutes": template.minutes, "work": work, "room": room}
            params = {"subject": entries.subject(at), "windows": serving, "queue": queue.id, **sums}
            yield Finding("work_beyond_windows", (*at, "capacity"), params)
        cancel = hall.cancel_minutes if queue.booking.cancel_minutes is None else queue.booking.cancel_minutes
        if cancel >= (template.horizon_days + 1) * MINUTES_A_DAY:
            params = {"subject": entries.subject(at), "minutes": cancel, "days": template.horizon_days}
            yield Finding("cancel_beyond_horizon", (*at, "horizon_days"), params)


def _bookable(entries: Entries) -> set[str]:
    queue_of = {service.id: service.queue for _, service in entries.sound("services", Service)}
    templates = [template for _, template in entries.sound("slots", SlotTemplate)]
    named = {template.queue for template in templates if template.queue is not None}
    return named | {queue_of[one] for template in templates for one in template.services if one in queue_of}
