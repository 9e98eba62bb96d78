"""One invented visitor with all he will do, drawn beforehand, so that every variant of a scenario has the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from contract.config import HallConfig, Service
from queueserver.simulation.chance import MS_A_MINUTE, Draw
from queueserver.simulation.scenario import Arrivals, People, Scenario, Transfers
from queueserver.simulation.visitors import Booking, Deed, End, Later, Stage, Visitor

QUARTER_MS: Final = 15 * MS_A_MINUTE
BACK_AFTER_MS: Final = 5 * MS_A_MINUTE
"""How long after a missed call a visitor asks to be let in again."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who comes for `service`: when, as whom, with which habits and by whose figures."""

    at_ms: int
    service: str
    name: str
    people: People
    arrivals: Arrivals


class Habits:
    """Makes visitors of one scenario in one hall."""

    def __init__(self, scenario: Scenario, config: HallConfig) -> None:
        self._services: Mapping[str, Service] = {service.id: service for service in config.services}
        self._by_queue = _times_by_queue(scenario, config)
        self._by_service = {service: times for times in scenario.service_times for service in times.services}
        self._missed = {queue.id: queue.postpone_places for queue in config.queues}
        self._lang = config.hall.languages[0]
        self._transfers: dict[str, list[Transfers]] = {}
        for transfer in scenario.transfers:
            self._transfers.setdefault(transfer.queue, []).append(transfer)

    def visitor(self, coming: Coming, random: Random) -> Visitor:
        """Everything `coming` will do. `random` is used alike whatever the habits, all else has a source of its own."""
        people, queue = coming.people, self._services[coming.service].queue
        way_ms = round(people.way_minutes * MS_A_MINUTE)
        served = Stage(way_ms, self._times(coming.service, queue).draw(random))
        absent = Stage(None, round(people.no_show_wait_minutes * MS_A_MINUTE), End.MISS)
        kind = _share_of(people.classes, random.random())
        misses, returns, silent = random.random() < people.no_show, random.random(), random.random() < people.silent
        first: tuple[Stage, ...] = ()
        if misses and returns < people.comes_back:
            again = Later(BACK_AFTER_MS, Deed.REINSTATE, places=self._missed[queue])
            first = (replace(absent, afterwards=(again,)),)
        elif misses:
            first = (absent,)
        booking, at_ms, chance = None, coming.at_ms, Random(f"{coming.name}/more")
        if random.random() < people.booked:
            booking = Booking(f"booking-{coming.name}", (at_ms + QUARTER_MS // 2) // QUARTER_MS * QUARTER_MS)
            at_ms = booking.start_ms + round(_beside_the_time(people, random, chance) * MS_A_MINUTE)
        patience = people.patience.draw(random) if people.patience else None
        says_so = patience is not None and not silent
        visitor = Visitor(
            at_ms,
            coming.service,
            (*first, served) if not misses or returns < people.comes_back else first,
            kind,
            meanwhile=(Later(patience or 0, Deed.WALK_OUT),) if says_so else (),
            leaves_after_ms=None if says_so else patience,
            absent=absent,
            booking=booking,
            holder=coming.name,
            lang=self._lang,
        )
        return self._with_more(visitor, coming, (first, served), chance)

    def _with_more(
        self, visitor: Visitor, coming: Coming, stages: tuple[tuple[Stage, ...], Stage], chance: Random
    ) -> Visitor:
        """What not every scenario has: languages, groups, further services, transfers, holds."""
        people, (first, served) = coming.people, stages
        if people.languages:
            visitor = replace(visitor, lang=_share_of(people.languages, chance.random()) or self._lang)
        if people.booked_no_show and visitor.booking is not None and chance.random() < people.booked_no_show:
            return replace(visitor, comes=False)
        party = 1
        if people.groups and visitor.booking is None and chance.random() < people.groups:
            party = chance.choice(people.group_sizes)
        also = [s for s, share in coming.arrivals.also.items() if chance.random() < share and s != coming.service]
        at_stop = self._at_stops(coming, (*also,), party, served, chance)
        if not at_stop:
            return visitor
        if visitor.booking is not None and also:
            visitor = replace(visitor, meanwhile=(*visitor.meanwhile, Later(0, Deed.ADD_STOPS, services=tuple(also))))
            also = []
        gone = bool(first) and not first[0].afterwards
        return replace(
            visitor,
            services=tuple(also),
            party=party,
            stages=first,
            at_stop={} if gone else at_stop,
        )

    def _at_stops(
        self, coming: Coming, also: Sequence[str], party: int, served: Stage, chance: Random
    ) -> dict[tuple[str, str], tuple[Stage, ...]]:
        """What happens at each stop, by service and queue; nothing when it is the one ordinary service."""
        stops = [(service, queue) for service in (coming.service, *also) for queue in self._queues(service)]
        own = (coming.service, self._services[coming.service].queue)
        usual = {own: served}
        for service, queue in stops:
            if (service, queue) not in usual:
                usual[service, queue] = replace(served, stay_ms=self._times(service, queue).draw(chance))
        if party > 1:
            usual = {stop: self._for_a_party(stage, stop, party, chance) for stop, stage in usual.items()}
        at_stop: dict[tuple[str, str], tuple[Stage, ...]] = {stop: (stage,) for stop, stage in usual.items()}
        at_stop |= self._handed_on(own, at_stop[own][0], chance)
        people = coming.people
        if people.held and chance.random() < people.held and len(at_stop[own]) == 1:
            at_stop[own] = _set_aside(at_stop[own][0], people.held_minutes)
        return at_stop if len(at_stop) > 1 or party > 1 or len(at_stop[own]) > 1 else {}

    def _for_a_party(self, stage: Stage, stop: tuple[str, str], party: int, chance: Random) -> Stage:
        """One after another, each as long as a visitor alone."""
        more = sum(self._times(*stop).draw(chance) for _ in range(party - 1))
        return replace(stage, stay_ms=stage.stay_ms + more)

    def _handed_on(
        self, own: tuple[str, str], served: Stage, chance: Random
    ) -> dict[tuple[str, str], tuple[Stage, ...]]:
        """The stop at which somebody sends the visitor on, the one that follows, and the way back."""
        service, queue = own
        chosen = chance.random() if queue in self._transfers else 1.0
        for transfer in self._transfers.get(queue, ()):
            if chosen >= transfer.share:
                chosen -= transfer.share
                continue
            back = chance.random() < transfer.come_back
            stay_ms = transfer.minutes.draw(chance) if transfer.minutes else served.stay_ms
            sent = replace(served, stay_ms=stay_ms, end=End.TRANSFER, to_queue=transfer.to, come_back=back)
            there = replace(served, stay_ms=self._times(service, transfer.to).draw(chance))
            again = (replace(served, stay_ms=transfer.back.draw(chance)),) if back else ()
            return {own: (sent, *again), (service, transfer.to): (there,)}
        return {}

    def _queues(self, service: str) -> tuple[str, ...]:
        """All queues a service is walked through."""
        entry = self._services[service]
        return tuple(dict.fromkeys((entry.queue, *(step.queue for step in entry.steps))))

    def _times(self, service: str, queue: str) -> Draw:
        """A service's own times hold in its own queue; on its further steps, and after a transfer, the queue's do."""
        if queue == self._services[service].queue and service in self._by_service:
            return self._by_service[service]
        return self._by_queue[queue]


def _set_aside(served: Stage, minutes: int) -> tuple[Stage, ...]:
    """Half of the business, so many minutes elsewhere, the other half."""
    half = max(1, served.stay_ms // 2)
    held = replace(served, stay_ms=half, end=End.HOLD, held_for={"minutes": minutes})
    return held, replace(served, stay_ms=max(1, served.stay_ms - half))


def _beside_the_time(people: People, random: Random, chance: Random) -> float:
    """Minutes after the booked time, below nothing when early."""
    early, late = people.booked_early_minutes, people.booked_late_minutes
    drawn = random.uniform(-early, late)
    if people.booked_early is None and people.booked_late is None:
        return drawn
    share = chance.random()
    if share < (people.booked_early or 0.0):
        return -chance.uniform(0, early)
    if share < (people.booked_early or 0.0) + (people.booked_late or 0.0):
        return chance.uniform(0, late)
    return 0.0


def _share_of(shares: Mapping[str, float], chance: float) -> str | None:
    """The one that `chance` (from 0 to 1) falls to; None for the rest."""
    for name, share in shares.items():
        if chance < share:
            return name
        chance -= share
    return None


def _times_by_queue(scenario: Scenario, config: HallConfig) -> dict[str, Draw]:
    by_queue: dict[str, Draw] = {q.id: Draw(mean_minutes=q.service_minutes) for q in config.queues}
    return by_queue | {queue: times for times in scenario.service_times for queue in times.queues}
