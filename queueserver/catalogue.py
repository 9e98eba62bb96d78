"""The kiosk's catalogue: everything a hall offers, in one language, made quickly even with a thousand services.

Only a queue's state, line and estimate change from minute to minute. So each service's fixed part is written once per
configuration and language, and an answer is those parts joined with a few words per queue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.bodies import (
    Catalogue,
    DepartmentEntry,
    Estimate,
    PriorityClassEntry,
    ServiceEntry,
    ServiceState,
    ZoneEntry,
)
from contract.config import Department, Service, Texts, text_for
from queueserver.pinyin import spell
from queueserver.published import HallNow, Published

_SPELLED = "zh-CN"
_MOST_KEPT = 64
_CHANGING = {"state", "waiting", "estimate", "opens_at"}


@dataclass(frozen=True, slots=True)
class QueueNow:
    """How a queue stands: `estimate` of the next ticket's wait while it is open, `opens_at` while it is closed."""

    state: ServiceState
    waiting: int
    estimate: Estimate | None
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What one configuration says in one language, as JSON without its last brace.

    Services come with their ids, and with the queue where one waits first and, behind the desk, their own.
    """

    head: str
    services: tuple[tuple[str, str, tuple[str, ...]], ...]


_ANY: Final = 99
"""As many as a ticket may say."""


class Catalogues:
    """Writes catalogues and keeps the fixed parts of the newest configuration of each hall and language."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[int, _Fixed]] = {}

    def json(
        self, now: HallNow, time: datetime, lang: str, queues: dict[str, QueueNow], services: dict[str, QueueNow]
    ) -> bytes:
        """contract.bodies.Catalogue as JSON; `queues` holds every queue of the hall, `services` those unlike theirs."""
        fixed = self._fixed(now, lang)
        ways = {way: _changing(_along(*(queues[one] for one in way))) for way in {way for *_, way in fixed.services}}
        own = {service: _changing(state) for service, state in services.items()}
        offered = ",".join(part + (own.get(service) or ways[way]) for part, service, way in fixed.services)
        tail = json.dumps({"seq": now.seq, "time": time.isoformat()})[1:-1]
        return f'{fixed.head},{tail},"services":[{offered}]}}'.encode()

    def _fixed(self, now: HallNow, lang: str) -> _Fixed:
        kept = self._kept.get((now.hall, lang))
        if kept is not None and kept[0] == now.published.version:
            return kept[1]
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        fixed = _write(now.published, lang)
        self._kept[now.hall, lang] = (now.published.version, fixed)
        return fixed


def _along(first: QueueNow, *further: QueueNow) -> QueueNow:
    """How it stands for who must pass all these queues: the line is the first one's, and each must take people."""
    return next((one for one in (first, *further) if one.state is not ServiceState.OPEN), first)


def _changing(queue: QueueNow) -> str:
    words = {
        "state": queue.state.value,
        "waiting": queue.waiting,
        "estimate": queue.estimate.model_dump() if queue.estimate else None,
        "opens_at": queue.opens_at.isoformat() if queue.opens_at else None,
    }
    return "," + json.dumps(words)[1:]


def _write(published: Published, lang: str) -> _Fixed:
    config = published.config
    labels: dict[str, tuple[str, ...]] = {
        queue: tuple(published.label(window) for window in windows)
        for queue, windows in published.plan.windows_of_queue.items()
    }
    head = Catalogue.model_construct(
        contract=1,
        config_version=published.version,
        hall=config.hall.id,
        name=text_for(config.hall.name, lang),
        lang=lang,
        languages=config.hall.languages,
        time_zone=config.hall.time_zone,
        departments=tuple(_department(department, lang) for department in config.departments),
        priority_classes=tuple(
            PriorityClassEntry(
                id=kind.id, name=text_for(kind.name, lang), privileged=kind.privileged, hint=text_for(kind.hint, lang)
            )
            for kind in config.priority_classes
        ),
        zones=tuple(ZoneEntry(id=zone.id, name=text_for(zone.name, lang), floor=zone.floor) for zone in config.zones),
        slip_advice=text_for(config.hall.slip_advice, lang),
        appointments=bool(config.slots),
        desk=published.plan.policy.desk,
    )
    services = ((_service(service, published, labels, lang), _way(service, published)) for service in config.services)
    return _Fixed(
        head=head.model_dump_json(exclude={"seq", "time", "services"})[:-1],
        services=tuple((one.model_dump_json(exclude=_CHANGING)[:-1], one.id, way) for one, way in services),
    )


def _way(service: Service, published: Published) -> tuple[str, ...]:
    desk = published.plan.desk
    return (desk.queue, service.queue) if desk and published.plan.via_desk(service.id) else (service.queue,)


def _department(department: Department, lang: str) -> DepartmentEntry:
    spelling = spell(_chinese(department.name))
    return DepartmentEntry(
        id=department.id,
        name=text_for(department.name, lang),
        icon=department.icon,
        zone=department.zone or "",
        pinyin=spelling.pinyin,
        initials=spelling.initials,
    )


def _service(service: Service, published: Published, labels: dict[str, tuple[str, ...]], lang: str) -> ServiceEntry:
    spelling, own = spell(_chinese(service.name)), published.queues[service.queue]
    queue = published.queues[_way(service, published)[0]]
    walked = (own.id, *(step.queue for step in service.steps)) if service.steps else ()
    return ServiceEntry(
        id=service.id,
        department=service.department,
        name=text_for(service.name, lang),
        queue=queue.id,
        zone=queue.zone,
        state=ServiceState.OPEN,
        waiting=0,
        windows=labels[queue.id],
        needs=tuple(text_for(need, lang) for need in service.needs),
        hint=text_for(service.hint, lang),
        hot=service.hot,
        requires_document=service.requires_document,
        pinyin=spelling.pinyin,
        initials=spelling.initials,
        steps=tuple(published.queue_name(step, lang) for step in walked),
        party_limit=min(own.party_limit or 1, queue.party_limit or _ANY),
    )


def _chinese(name: Texts) -> str:
    return text_for(name, _SPELLED)
