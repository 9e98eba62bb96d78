"""The configuration in force as readers need it: looked up by id, and read from the database once per version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection

from contract.config import HallConfig, PriorityClass, Queue, Service, Window, text_for
from queueserver import selects
from queueserver.domain.closure import in_force
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.stops import Stop
from queueserver.store import calendar
from queueserver.store.plans import plan_of
from queueserver.store.rows import from_ms


@dataclass(frozen=True)
class Published:
    """One version of one hall's configuration and calendar; never changed, so that threads may share it."""

    version: int
    config: HallConfig
    plan: HallPlan
    """With the hours of each day as managers changed them, up to sequence number `calendar_seq`."""
    calendar_seq: int = 0

    @cached_property
    def services(self) -> dict[str, Service]:
        return {service.id: service for service in self.config.services}

    @cached_property
    def queues(self) -> dict[str, Queue]:
        return {queue.id: queue for queue in self.config.queues}

    @cached_property
    def windows(self) -> dict[str, Window]:
        return {window.id: window for window in self.config.windows}

    @cached_property
    def classes(self) -> dict[str, PriorityClass]:
        return {kind.id: kind for kind in self.config.priority_classes}

    def service_name(self, service: str, lang: str) -> str:
        """Its name, or its id when the configuration no longer knows it."""
        known = self.services.get(service)
        return text_for(known.name, lang) if known else service

    def queue_name(self, queue: str, lang: str) -> str:
        known = self.queues.get(queue)
        return text_for(known.name, lang) if known else queue

    def stop_texts(self, stop: Stop) -> dict[str, str]:
        """What a stop is called, by language: a step of a linked service by its queue; ids of what is known no more."""
        service, queue = self.services.get(stop.service), self.queues.get(stop.queue)
        if service is not None and not service.steps:
            return dict(service.name)
        return dict(queue.name) if queue is not None else {"en": stop.queue}

    def class_name(self, kind: str, lang: str) -> str:
        known = self.classes.get(kind)
        return text_for(known.name, lang) if known else kind

    def label(self, window: str) -> str:
        """What people read on the wall."""
        known = self.windows.get(window)
        return known.label if known else window

    def zone_of_queue(self, queue: str) -> str:
        known = self.queues.get(queue)
        return known.zone if known else ""

    def zone_of_window(self, window: str) -> str:
        known = self.windows.get(window)
        return known.zone if known else ""


@dataclass(frozen=True, slots=True)
class HallNow:
    """One hall as of sequence number `seq`, inside one reading transaction."""

    hall: str
    seq: int
    business_day: date
    published: Published
    at: datetime
    """The hall's time as of its last fact."""


class Publications:
    """Configurations by hall; at most the newest version of each is kept."""

    def __init__(self) -> None:
        self._newest: dict[str, Published] = {}

    def hall_now(self, connection: Connection, hall: str) -> HallNow:
        """The hall's row and the configuration in force; raises DomainError("unknown_hall")."""
        row = selects.hall_row(connection, hall)
        if row is None:
            raise DomainError("unknown_hall")
        return HallNow(hall, row.seq, row.business_day, self._published(connection, hall, row), from_ms(row.at))

    def _published(self, connection: Connection, hall: str, row: selects.AnyRow) -> Published:
        known = self._newest.get(hall)
        if known is None or known.version != row.config_version:
            config = HallConfig.model_validate(selects.config_document(connection, hall, row.config_version))
            known = Published(row.config_version, config, plan_of(config, row.config_version), calendar_seq=-1)
        if known.calendar_seq != row.calendar_seq:
            closures, closing = calendar.of_day(connection, hall, row.business_day)
            plan = in_force(known.plan, closures.values(), closing)
            known = self._newest[hall] = replace(known, plan=plan, calendar_seq=row.calendar_seq)
        return known
