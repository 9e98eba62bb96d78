"""Invents the visitors of a demo: a seed in, the same people with the same wishes and habits out; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from contract.config import HallConfig, Service
from hall.demo.people import Person, invent

HOT_WEIGHT = 5
"""A service marked hot is asked for this many times as often as another."""
CARD_SHARE = 0.35
PRIVILEGED_SHARE = 0.2
ENGLISH_SHARE = 0.15
FIRST_WITH_CARD = 2
FIRST_WITH_TWO = 5
TWO_MATTERS_SHARE = 0.1
FIRST_GAPS = (0.1, 0.3)
"""Whoever opens a hall does not want to wait for the first visitors."""


class Course(StrEnum):
    """How a visit goes, once the visitor was called."""

    PLAIN = "plain"
    SECOND_CALL = "second_call"
    """comes only when called once more"""
    LATE = "late"
    """misses the first call, comes when the number is called again later"""
    GONE = "gone"
    """never comes"""
    HELD = "held"
    """has to fill in a form, is put on hold and called back"""
    TRANSFERRED = "transferred"
    """came to the wrong line and is sent to another queue"""


COURSES = (
    (Course.PLAIN, 66),
    (Course.SECOND_CALL, 9),
    (Course.LATE, 5),
    (Course.GONE, 6),
    (Course.HELD, 7),
    (Course.TRANSFERRED, 7),
)


_SHOWN_FIRST = (
    Course.PLAIN,
    Course.PLAIN,
    Course.HELD,
    Course.SECOND_CALL,
    Course.PLAIN,
    Course.GONE,
    Course.TRANSFERRED,
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person; `gap` and the speeds are multiples of the demo's usual ones, `index` counts from 1.

    `also` is a second service on the same number.
    """

    index: int
    gap: float
    kiosk: int
    service: str
    priority: str | None
    person: Person | None
    english: bool
    course: Course
    way: float
    business: float
    also: str | None = None


def visitors(config: HallConfig, queues: Sequence[str], kiosks: int, seed: int) -> Iterator[Visitor]:
    """Endless visitors for the services of `queues`.

    The first ones go through every course once, so that the shortest demo shows them; a card is laid on kiosk 0 only,
    the one with a reader.
    """
    random = Random(seed)  # noqa: S311 - a rehearsal must be repeatable, not secret
    services = [service for service in config.services if service.queue in queues]
    weights = [HOT_WEIGHT if service.hot else 1 for service in services]
    usual = next(each.id for each in config.priority_classes if not each.privileged)
    privileged = [each.id for each in config.priority_classes if each.privileged]
    index = 0
    while True:
        index += 1
        service = random.choices(services, weights)[0]
        kiosk = 0 if index == FIRST_WITH_CARD else random.randrange(kiosks)
        wants = random.choice(privileged) if privileged and random.random() < PRIVILEGED_SHARE else usual
        also = _also(Random(f"{seed} {index}"), services, service, index)  # noqa: S311
        yield Visitor(
            index=index,
            gap=min(3.0, random.expovariate(1.0)) if index > len(FIRST_GAPS) else FIRST_GAPS[index - 1],
            kiosk=kiosk,
            service=service.id,
            priority=None if wants == usual else wants,
            person=_person(random, service, index, kiosk),
            english=random.random() < ENGLISH_SHARE,
            course=_course(random, index),
            way=random.uniform(0.6, 1.6),
            business=random.uniform(0.5, 1.8),
            also=also,
        )


def _also(random: Random, services: Sequence[Service], first: Service, index: int) -> str | None:
    """Somebody now and then has a second matter, with another queue, for which nothing needs to be shown."""
    others = [each.id for each in services if each.queue != first.queue and not each.requires_document]
    if not others or (index != FIRST_WITH_TWO and random.random() >= TWO_MATTERS_SHARE):
        return None
    return random.choice(others)


def _course(random: Random, index: int) -> Course:
    drawn = random.choices([course for course, _ in COURSES], [weight for _, weight in COURSES])[0]
    return _SHOWN_FIRST[index - 1] if index <= len(_SHOWN_FIRST) else drawn


def _person(random: Random, service: Service, index: int, kiosk: int) -> Person | None:
    """Who shows a card: where the service asks for it, and some of those who could skip it."""
    person = invent(random, index)
    wants = service.requires_document or index == FIRST_WITH_CARD or (kiosk == 0 and random.random() < CARD_SHARE)
    return person if wants else None
