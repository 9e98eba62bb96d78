"""From the published configuration document to the plans the rules work with."""

from __future__ import annotations

from datetime import date

from contract.config import Calendar as CalendarEntry
from contract.config import HallConfig, Hours, Queue, Service, Staff, Window
from queueserver.domain.calendar import Band, Calendar, Holiday
from queueserver.domain.eligibility import base_language
from queueserver.domain.hall import (
    Assignment,
    HallPlan,
    MissedPolicy,
    Policy,
    PriorityClass,
    QueuePlan,
    Rule,
    ServicePlan,
    StaffPlan,
    WindowPlan,
)
from queueserver.domain.schedule import Schedule
from queueserver.store.bookingplans import rules_of, templates_of
from queueserver.store.plantimes import bands_of, minutes_of

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def plan_of(config: HallConfig, version: int) -> HallPlan:
    """The plan of a checked configuration; references that dangle raise KeyError."""
    hours = {plan.id: plan for plan in config.hours}
    classes = {kind.id: PriorityClass(kind.id, kind.privileged) for kind in config.priority_classes}
    return HallPlan(
        id=config.hall.id,
        version=version,
        time_zone=config.hall.time_zone,
        day_boundary_minutes=minutes_of(config.hall.day_boundary),
        policy=_policy(config),
        classes=classes,
        queues={queue.id: _queue(queue, _schedule(queue, hours[queue.hours], config)) for queue in config.queues},
        windows={window.id: _window(window) for window in config.windows},
        services={service.id: _service(service) for service in config.services},
        default_class=next(kind.id for kind in config.priority_classes if not kind.privileged),
        privileged=frozenset(kind.id for kind in config.priority_classes if kind.privileged),
        windows_of_queue={
            queue.id: tuple(window.id for window in config.windows if queue.id in window.serves)
            for queue in config.queues
        },
        zones=frozenset(zone.id for zone in config.zones),
        language=next(iter(config.hall.languages), ""),
        staff={one.id: _staff(one) for one in config.staff},
        skills={service.id: service.skill for service in config.services if service.skill},
        templates_of=templates_of(config),
        booking={queue.id: rules_of(config, queue) for queue in config.queues},
    )


def _schedule(queue: Queue, hours: Hours, config: HallConfig) -> Schedule:
    whole_hall: dict[date, tuple[Band, ...]] = {o.date: bands_of(o.open) for o in config.overrides if not o.queues}
    its_own: dict[date, tuple[Band, ...]] = {o.date: bands_of(o.open) for o in config.overrides if queue.id in o.queues}
    calendars = {calendar.id: calendar for calendar in config.calendars}
    name = queue.calendar or config.hall.calendar
    return Schedule(
        week=tuple(bands_of(getattr(hours, day)) for day in _WEEKDAYS),
        overrides=whole_hall | its_own,
        last_ticket_minutes=queue.last_ticket_minutes,
        break_ticket_minutes=queue.break_ticket_minutes,
        calendar=_calendar(calendars[name]) if name else Calendar(),
        day_boundary_minutes=minutes_of(config.hall.day_boundary),
    )


def _calendar(entry: CalendarEntry) -> Calendar:
    return Calendar(
        holidays=tuple(Holiday(one.date, one.until or one.date) for one in entry.holidays),
        make_up={one.date: _WEEKDAYS.index(one.works_as.value) for one in entry.make_up},
    )


def _queue(queue: Queue, schedule: Schedule) -> QueuePlan:
    return QueuePlan(
        id=queue.id,
        prefix=queue.prefix,
        zone=queue.zone,
        schedule=schedule,
        first=queue.first,
        last=queue.last,
        digits=queue.digits,
        service_minutes=queue.service_minutes,
        daily_limit=queue.daily_limit,
        waiting_limit=queue.waiting_limit,
        person_limit=queue.person_limit,
        party_limit=queue.party_limit,
        missed=MissedPolicy(queue.missed.value),
        postpone_places=queue.postpone_places,
    )


def _service(service: Service) -> ServicePlan:
    groups = [[service.queue]]
    for step in service.steps:
        if step.any_order:
            groups[-1].append(step.queue)
        else:
            groups.append([step.queue])
    steps = tuple(tuple(group) for group in groups) if service.steps else ()
    return ServicePlan(
        service.id,
        service.queue,
        service.department,
        service.requires_document,
        skill=service.skill or "",
        steps=steps,
        after=service.after,
        direct=service.direct,
    )


def _policy(config: HallConfig) -> Policy:
    given = config.hall.policy.model_dump()
    return Policy(**{**given, "assignment": Assignment(given["assignment"]), "desk": given["desk"] or ""})


def _window(window: Window) -> WindowPlan:
    rules = tuple(Rule(rule.queue, rule.waited_minutes, rule.waiting_at_least) for rule in window.rules)
    return WindowPlan(window.id, window.label, window.zone, window.serves, rules, window.auto)


def _staff(staff: Staff) -> StaffPlan:
    return StaffPlan(staff.id, frozenset(staff.skills), frozenset(base_language(tag) for tag in staff.languages))
