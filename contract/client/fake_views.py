"""What FakeHall answers when it is read: catalogue, snapshot and a clerk's window, made from its book."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pypinyin import Style, lazy_pinyin

from contract.bodies import (
    CallEntry,
    Catalogue,
    DepartmentEntry,
    Estimate,
    LineEntry,
    PriorityClassEntry,
    QueueEntry,
    ServiceEntry,
    ServiceState,
    Snapshot,
    Stop,
    StopEntry,
    StopState,
    Ticket,
    TicketState,
    WindowEntry,
    WindowState,
    WindowTicket,
    WindowView,
    ZoneEntry,
)
from contract.client.fake_assigning import calls_at, calls_by_itself
from contract.client.fake_book import Book, Desk, Entry
from contract.config import Queue, Service, Texts, text_for


def ticket_view(book: Book, entry: Entry) -> Ticket:
    """The ticket with its place in line and its estimate as of now."""
    if entry.ticket.state is not TicketState.WAITING:
        return entry.ticket
    ahead = book.line(entry.ticket.queue).index(entry)
    estimate = estimate_for(book, entry.ticket.queue, ahead)
    return entry.ticket.model_copy(update={"position": ahead + 1, "ahead": ahead, "estimate": estimate})


def estimate_for(book: Book, queue: str, ahead: int) -> Estimate | None:
    """A plain range: the people ahead shared by the windows that serve the queue; none while all of them are closed."""
    serving = [desk for desk in book.desks.values() if queue in desk.config.serves]
    if all(desk.state is WindowState.CLOSED for desk in serving):
        return None
    windows = len(serving)
    minutes = ahead * book.queues[queue].service_minutes / windows
    return Estimate(low_minutes=int(minutes * 0.7), high_minutes=int(minutes * 1.3) + 1)


def clock_time(moment: datetime, zone: str) -> str:
    """Hours and minutes on the hall's clock."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def queue_state(book: Book, queue: Queue) -> ServiceState:
    if book.is_shut(queue.id):
        return ServiceState.CLOSED
    used_up = queue.daily_limit is not None and book.issued[queue.id] >= queue.daily_limit
    return ServiceState.FULL if queue.id in book.full or used_up else ServiceState.OPEN


def catalogue(book: Book, lang: str) -> Catalogue:
    config = book.config
    return Catalogue(
        seq=len(book.events),
        config_version=1,
        hall=config.hall.id,
        name=text_for(config.hall.name, lang),
        lang=lang,
        languages=config.hall.languages,
        appointments=bool(config.slots),
        desk=config.hall.policy.desk or "",
        time_zone=config.hall.time_zone,
        time=book.now(),
        departments=tuple(
            DepartmentEntry(
                id=d.id,
                name=text_for(d.name, lang),
                icon=d.icon,
                zone=d.zone or "",
                pinyin=_pinyin(d.name),
                initials=_initials(d.name),
            )
            for d in config.departments
        ),
        services=tuple(_service(book, service, lang) for service in config.services),
        priority_classes=tuple(
            PriorityClassEntry(
                id=p.id, name=text_for(p.name, lang), privileged=p.privileged, hint=text_for(p.hint, lang)
            )
            for p in config.priority_classes
        ),
        zones=_zones(book, lang),
        slip_advice=text_for(config.hall.slip_advice, lang),
    )


def desk_of(book: Book) -> Service | None:
    """The service desk of a hall of two levels."""
    return book.services.get(book.config.hall.policy.desk or "")


def _service(book: Book, service: Service, lang: str) -> ServiceEntry:
    own, desk = book.queues[service.queue], desk_of(book)
    queue = own if desk is None or service.direct else book.queues[desk.queue]
    waiting = len(book.line(queue.id))
    states = [state for one in (queue, own) if (state := queue_state(book, one)) is not ServiceState.OPEN]
    state = next(iter(states), ServiceState.OPEN)
    return ServiceEntry(
        id=service.id,
        department=service.department,
        name=text_for(service.name, lang),
        queue=queue.id,
        zone=queue.zone,
        state=state,
        waiting=waiting,
        estimate=estimate_for(book, queue.id, waiting) if state is ServiceState.OPEN else None,
        windows=tuple(desk.config.label for desk in book.desks.values() if queue.id in desk.config.serves),
        needs=tuple(text_for(need, lang) for need in service.needs),
        hint=text_for(service.hint, lang),
        hot=service.hot,
        requires_document=service.requires_document,
        pinyin=_pinyin(service.name),
        initials=_initials(service.name),
        steps=tuple(text_for(book.queues[step].name, lang) for step in _walked(service)),
        party_limit=min(own.party_limit or 1, queue.party_limit or 99),
    )


def _walked(service: Service) -> tuple[str, ...]:
    return (service.queue, *(step.queue for step in service.steps)) if service.steps else ()


def snapshot(book: Book) -> Snapshot:
    config = book.config
    now = book.now()
    called = [e.ticket for e in book.entries.values() if e.ticket.window and e.ticket.called_at]
    called.sort(key=lambda ticket: (ticket.called_at or now, ticket.id), reverse=True)
    return Snapshot(
        hall=config.hall.id,
        names=dict(config.hall.name),
        time_zone=config.hall.time_zone,
        time=now,
        seq=len(book.events),
        config_version=1,
        business_day=now.astimezone(ZoneInfo(config.hall.time_zone)).date(),
        languages=config.hall.languages,
        zones=_zones(book, config.hall.languages[0]),
        windows=tuple(window_entry(book, desk) for desk in book.desks.values()),
        queues=tuple(queue_entry(book, queue) for queue in config.queues),
        calls=tuple(_call(book, ticket) for ticket in called[:20]),
    )


def _call(book: Book, ticket: Ticket) -> CallEntry:
    desk = book.desks[ticket.window or ""].config
    return CallEntry(
        ticket=ticket.id,
        number=ticket.number,
        window=desk.id,
        label=desk.label,
        zone=desk.zone,
        queue=ticket.queue,
        service=ticket.service,
        lang=ticket.lang,
        state=ticket.state,
        called_at=ticket.called_at or book.now(),
        calls=ticket.calls,
    )


def window_view(book: Book, window: str, lang: str) -> WindowView:
    desk = book.desk(window)
    current = book.active(window)
    waiting = book.for_window(window)
    mine = [e for e in book.entries.values() if e.ticket.window == window]
    return WindowView(
        seq=len(book.events),
        time=book.now(),
        window=window_entry(book, desk),
        staff=desk.staff,
        current=current.ticket if current else None,
        current_service=_name(book, current.ticket.service, lang) if current else "",
        current_stops=_stops(book, current.ticket, desk, lang) if current else (),
        current_then=_then(book, current.ticket, lang) if current else (),
        current_back=tuple(book.desks[one].config.label for one in current.ticket.returns_to) if current else (),
        waiting_count=len(waiting),
        waiting=tuple(_line_entry(book, e, lang) for e in waiting[:200]),
        held=tuple(_line_entry(book, e, lang) for e in mine if e.ticket.state is TicketState.HELD),
        missed=tuple(_line_entry(book, e, lang) for e in mine if e.ticket.state is TicketState.NO_SHOW),
        queues=tuple(queue_entry(book, book.queues[queue]) for queue in desk.config.serves),
        at_desk=current is not None and current.ticket.service == book.config.hall.policy.desk,
        recalls_allowed=book.config.hall.policy.recalls,
        transfer_queues=tuple(queue_entry(book, queue) for queue in book.config.queues),
        transfer_windows=tuple(window_entry(book, other) for other in book.desks.values() if other is not desk),
        assignment=book.config.hall.policy.assignment.value,
        auto=calls_by_itself(book, desk),
        assign_after_seconds=book.config.hall.policy.assign_after_seconds,
        calls_at=calls_at(book, desk),
    )


def window_entry(book: Book, desk: Desk) -> WindowEntry:
    entry = book.active(desk.config.id)
    ticket = entry.ticket if entry else None
    return WindowEntry(
        id=desk.config.id,
        label=desk.config.label,
        names=dict(desk.config.name),
        zone=desk.config.zone,
        state=desk.state,
        pause_reason=desk.reason,
        ticket=WindowTicket(
            id=ticket.id,
            number=ticket.number,
            state=ticket.state,
            service=ticket.service,
            queue=ticket.queue,
            called_at=ticket.called_at or book.now(),
            calls=ticket.calls,
        )
        if ticket
        else None,
    )


def queue_entry(book: Book, queue: Queue) -> QueueEntry:
    return QueueEntry(
        id=queue.id,
        names=dict(queue.name),
        prefix=queue.prefix,
        zone=queue.zone,
        state=queue_state(book, queue),
        waiting=len(book.line(queue.id)),
        last_called=book.last_called[queue.id],
    )


def _line_entry(book: Book, entry: Entry, lang: str) -> LineEntry:
    ticket = entry.ticket
    classes = {p.id: p.name for p in book.config.priority_classes}
    return LineEntry(
        id=ticket.id,
        number=ticket.number,
        queue=ticket.queue,
        service=ticket.service,
        service_name=_name(book, ticket.service, lang),
        priority_class=ticket.priority_class,
        priority_name=text_for(classes[ticket.priority_class], lang),
        state=ticket.state,
        since=entry.since if ticket.state is TicketState.WAITING else entry.arrived,
        calls=ticket.calls,
        misses=ticket.misses,
        note=ticket.note,
        due_at=ticket.not_before,
        party=ticket.party,
        then=_then(book, ticket, lang),
    )


def _stops(book: Book, ticket: Ticket, desk: Desk, lang: str) -> tuple[StopEntry, ...]:
    only = Stop(service=ticket.service, queue=ticket.queue, state=StopState.NOW)
    return tuple(
        StopEntry(
            service=stop.service,
            name=_stop_name(book, stop, lang),
            queue=stop.queue,
            state=stop.state,
            reason=stop.reason,
            here=stop.queue in desk.config.serves,
        )
        for stop in ticket.stops or (only,)
    )


def _then(book: Book, ticket: Ticket, lang: str) -> tuple[str, ...]:
    return tuple(_stop_name(book, stop, lang) for stop in ticket.stops if stop.state is StopState.OPEN)


def _stop_name(book: Book, stop: Stop, lang: str) -> str:
    """A step of a linked service is called by its queue."""
    is_linked = bool(book.services[stop.service].steps)
    return text_for(book.queues[stop.queue].name, lang) if is_linked else _name(book, stop.service, lang)


def _name(book: Book, service: str, lang: str) -> str:
    return text_for(book.services[service].name, lang)


def _zones(book: Book, lang: str) -> tuple[ZoneEntry, ...]:
    return tuple(ZoneEntry(id=z.id, name=text_for(z.name, lang), floor=z.floor) for z in book.config.zones)


def _pinyin(name: Texts) -> str:
    return "".join(lazy_pinyin(text_for(name, "zh-CN"))).lower()


def _initials(name: Texts) -> str:
    return "".join(lazy_pinyin(text_for(name, "zh-CN"), style=Style.FIRST_LETTER)).lower()
