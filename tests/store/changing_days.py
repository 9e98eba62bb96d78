"""Random days during which the hall's configuration changes under everybody's feet, and its clock jumps."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.client.sample import SAMPLE_HALL
from contract.config import Assignment, HallConfig, MissedPolicy
from contract.errors import REFUSALS
from proofs.order import untrue
from queueserver.domain.assignment import ready
from queueserver.domain.eligibility import rule_for
from queueserver.domain.errors import DomainError
from queueserver.domain.selection import choose_next
from queueserver.hallfile.reading import findings_in
from queueserver.store.batch import Batch
from queueserver.store.database import open_engine
from queueserver.store.publishing import publish
from tests.store.both_databases import differences
from tests.store.random_days import ACTS, RandomDay, Step
from tests.store.store_kit import HALL, render, sqlite_url

CHANGES = (
    "publish_queues",
    "publish_windows",
    "publish_services",
    "publish_zone",
    "publish_policy",
    "publish_numbers",
    "publish_missed",
)
MORE_ACTS = (*ACTS, *("open", "call", "start", "finish", "take") * 4, *CHANGES, *("tick",) * 4, "jump")
"""The usual acts, those that keep the hall going more often, and what changes the hall itself."""


@dataclass
class ChangingDay(RandomDay):
    """A random day whose configuration is published anew now and then; `refused` counts the codes of refusals."""

    config: HallConfig = SAMPLE_HALL
    refused: Counter[str] = field(default_factory=Counter)
    published: int = 0

    @property
    def seq(self) -> int:
        return self.live.seq if self.live else 0

    def batch(self, batch: list[Step]) -> None:
        """A step that publishes has a transaction of its own, as in the writer."""
        for publishes, steps in itertools.groupby(batch, lambda step: step[0] in CHANGES):
            for step in steps if publishes else ():
                self._publish(step)
            if not publishes:
                super().batch(list(steps))
            super().batch([("tick", 0, 0)])
            self._check()

    def _do(self, batch: Batch, step: Step) -> None:
        act, one, two = step
        if act == "tick":
            batch.assign()
            return
        if act == "jump":
            self.clock.turn(minutes=(-300, -45, 45, 300, 700, 1500, -1500, 1)[one])
            return
        if act in ("later", "back", "day"):
            super()._do(batch, step)
            return
        self.keys += 1
        try:
            batch.decide(self._command(act, one, two), f"key-number-{self.keys}", "print", render)
        except DomainError as refusal:
            self.refused[refusal.code] += 1
        self.tickets = sorted({*self.tickets, *batch.live.tickets})[-8:]
        self.appointments = sorted({*self.appointments, *batch.live.agenda.appointments})[-8:]

    def _publish(self, step: Step) -> None:
        config = changed(self.config, *step)
        if any(finding.is_error for finding in findings_in(config)):
            return
        with self.engine.begin() as connection:
            now = self.clock.now()
            publish(connection, HALL, config, now, self.new_id(), by="boss", note="", expected=None)
        self.config = config
        self.published += 1

    def _check(self) -> None:
        """The hall is in order, refusals are known codes, and no window was left alone with somebody it may call."""
        live = self.live
        assert live is not None
        assert untrue(live, live.tickets) == []
        assert set(self.refused) <= set(REFUSALS)
        now = live.time(self.clock.now())
        for window in ready(live.plan.policy, live.windows.values(), now):
            if window.id in live.plan.windows:
                rule = rule_for(live.plan, window, live.windows.values())
                assert choose_next(live.line, rule, live.plan.policy, now) is None


def random_steps(seed: int, batches: int, each: int = 9) -> list[list[Step]]:
    """Steps of every kind in an order that `seed` decides."""
    chance = random.Random(seed)
    return [
        [(chance.choice(MORE_ACTS), chance.randrange(8), chance.randrange(4)) for _ in range(each)]
        for _ in range(batches)
    ]


def lived(path: Path, batches: list[list[Step]]) -> ChangingDay:
    """The day of the hall in this file, each batch checked, and both books compared in the end."""
    engine = open_engine(sqlite_url(path), writing=True)
    try:
        day = ChangingDay(engine)
        for batch in batches:
            day.batch(batch)
        assert list(differences(engine)) == []
        return day
    finally:
        engine.dispose()


def changed(config: HallConfig, act: str, one: int, two: int) -> HallConfig:
    """`config` with one thing changed; `one` and `two` say how."""
    change: Callable[[HallConfig, int, int], HallConfig] = {
        "publish_queues": _other_queues,
        "publish_windows": _other_windows,
        "publish_services": _other_services,
        "publish_zone": _other_zone,
        "publish_policy": _other_policy,
        "publish_numbers": _other_numbers,
        "publish_missed": _other_ends,
    }[act]
    return change(config, one, two)


def _other_queues(config: HallConfig, one: int, _: int) -> HallConfig:
    """One queue taken away with all that leads there, or everything as it was in the beginning."""
    if one > 5 or len(config.queues) < 3:
        return config.model_copy(update={name: getattr(SAMPLE_HALL, name) for name in ("queues", *_LEADING)})
    gone = config.queues[one % len(config.queues)].id
    windows = tuple(
        window.model_copy(update={"serves": tuple(queue for queue in window.serves if queue != gone)})
        for window in config.windows
    )
    return _whole(
        config.model_copy(
            update={
                "queues": tuple(queue for queue in config.queues if queue.id != gone),
                "services": tuple(service for service in config.services if service.queue != gone),
                "windows": tuple(window for window in windows if window.serves),
            }
        )
    )


def _other_windows(config: HallConfig, one: int, two: int) -> HallConfig:
    """A window taken away, or one that serves something else; or those of the beginning, as far as queues exist."""
    known = {queue.id for queue in config.queues}
    if one > 4 or len(config.windows) < 2:
        windows = (
            window.model_copy(update={"serves": tuple(queue for queue in window.serves if queue in known)})
            for window in SAMPLE_HALL.windows
        )
        return config.model_copy(update={"windows": tuple(window for window in windows if window.serves)})
    place = one % len(config.windows)
    window = config.windows[place]
    served = (config.queues[two % len(config.queues)].id,)
    instead = () if one < 2 else (window.model_copy(update={"serves": served, "auto": one == 4}),)
    return config.model_copy(update={"windows": (*config.windows[:place], *instead, *config.windows[place + 1 :])})


def _other_services(config: HallConfig, one: int, two: int) -> HallConfig:
    """A service taken away, or one that leads to another queue."""
    if len(config.services) < 3:
        return _other_queues(config, 7, two)
    place = (one * 4 + two) % len(config.services)
    service = config.services[place]
    queue = config.queues[two % len(config.queues)].id
    instead = () if one < 4 else (service.model_copy(update={"queue": queue}),)
    return _whole(
        config.model_copy(update={"services": (*config.services[:place], *instead, *config.services[place + 1 :])})
    )


def _other_zone(config: HallConfig, one: int, two: int) -> HallConfig:
    zones = ("Asia/Shanghai", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu")
    return _with_hall(config, time_zone=zones[two], day_boundary=("04:00", "00:00")[one % 2])


def _other_policy(config: HallConfig, one: int, two: int) -> HallConfig:
    policy = config.hall.policy.model_copy(
        update={
            "assignment": (Assignment.AUTOMATIC, Assignment.MIXED, Assignment.MANUAL, Assignment.AUTOMATIC)[two],
            "assign_after_seconds": (0, 300)[one % 2],
            "privileged_per_ordinary": 1 + one % 3,
            "longest_wait_minutes": (0, 15, 45)[one % 3],
            "max_misses": 1 + one % 3,
            "continue_here": one % 2 == 0,
        }
    )
    return _with_hall(config, policy=policy)


def _other_numbers(config: HallConfig, one: int, two: int) -> HallConfig:
    """Another range, another prefix (two queues change theirs with each other), or another limit of the day."""
    places = one % len(config.queues), (one + 1) % len(config.queues)
    first, second = (config.queues[place] for place in places)
    range_of: dict[str, Any] = {"first": (1, 5, 500, 1)[two], "last": (999, 9, 999, 3)[two]}
    made = {
        places[0]: first.model_copy(
            update={**range_of, "prefix": second.prefix, "daily_limit": (None, 1, 3, None)[two]}
        ),
        places[1]: second.model_copy(update={"prefix": first.prefix}),
    }
    return config.model_copy(update={"queues": tuple(made.get(n, queue) for n, queue in enumerate(config.queues))})


def _other_ends(config: HallConfig, one: int, two: int) -> HallConfig:
    """What becomes of somebody who is called and does not come, and when a queue is open."""
    place = one % len(config.queues)
    update = {"missed": tuple(MissedPolicy)[two], "hours": ("always", "never")[one > 5], "waiting_limit": 1 + one}
    queue = config.queues[place].model_copy(update=update)
    return config.model_copy(update={"queues": (*config.queues[:place], queue, *config.queues[place + 1 :])})


def _with_hall(config: HallConfig, **changes: Any) -> HallConfig:
    return config.model_copy(update={"hall": config.hall.model_copy(update=changes)})


def _whole(config: HallConfig) -> HallConfig:
    """Without bookable times that lead to nothing any more."""
    queues, services = {queue.id for queue in config.queues}, {service.id for service in config.services}
    fed = {service.queue for service in config.services}
    slots = tuple(
        slot
        for slot in SAMPLE_HALL.slots
        if (slot.queue is None or slot.queue in queues & fed) and services.issuperset(slot.services)
    )
    return config.model_copy(update={"slots": slots})


_LEADING = ("services", "windows", "slots")
