"""What a scenario may say: which days, who comes when and for what, how they behave, which windows are open.

Bands are local time of the hall, rates are visitors an hour, shares are between 0 and 1. `scenariofile` reads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from contract.config import Band
from queueserver.domain.party import MOST_TOGETHER
from queueserver.simulation.chance import Draw, Shape
from queueserver.store.plantimes import minutes_of

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=10_000)]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(WEEK)
OPEN: Final = "open"
"""In place of a band: as long as the queue is open."""


def _by_band(value: object) -> object:
    """One number is the rate as long as the queue is open."""
    return {OPEN: value} if isinstance(value, int | float) and not isinstance(value, bool) else value


BandOrOpen = Annotated[
    str, StringConstraints(pattern=r"^(open|([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00))$")
]
Rates = Annotated[dict[BandOrOpen, Rate], BeforeValidator(_by_band)]


class People(Shape):
    """How visitors behave."""

    booked: Share = 0.0
    """Come for an appointment, at a time on the clock's quarter hours."""
    booked_early_minutes: Annotated[float, Field(ge=0, le=240)] = 20.0
    booked_late_minutes: Annotated[float, Field(ge=0, le=240)] = 5.0
    """They come anywhere between so long before and so long after that time, unless the shares below say how many."""
    booked_early: Share | None = None
    booked_late: Share | None = None
    """Of them, shares that come early and late; with either given, all others come on the minute."""
    booked_no_show: Share = 0.0
    """Of them, who never come to the hall."""
    classes: dict[str, Share] = Field(default_factory=dict)
    languages: dict[str, Share] = Field(default_factory=dict)
    """Shares by language; all others speak the hall's first."""
    groups: Share = 0.0
    """Come with others on one ticket, and take as long as so many visitors."""
    group_sizes: Annotated[
        tuple[Annotated[int, Field(ge=2, le=MOST_TOGETHER)], ...], Field(min_length=1, max_length=100)
    ] = (2,)
    """People of a group, each size as likely as another."""
    way_minutes: Annotated[float, Field(ge=0, le=60)] = 0.4
    """From the call until the visitor is at the window."""
    no_show: Share = 0.0
    """Called, and not there."""
    no_show_wait_minutes: Annotated[float, Field(ge=0, le=60)] = 1.0
    comes_back: Share = 0.5
    """Of those who missed a call."""
    held: Share = 0.0
    """Set aside half-way, e.g. to fill in a form, and called again by the same window."""
    held_minutes: Annotated[int, Field(ge=1, le=480)] = 10
    patience: Draw | None = None
    """How long somebody waits for the first call before leaving; not given = for ever."""
    silent: Share = 0.5
    """Of those who leave: nobody is told, so the call finds nobody."""

    def but(self, other: People | None) -> People:
        """These habits, with what `other` says otherwise."""
        if other is None:
            return self
        return self.model_copy(update={name: getattr(other, name) for name in other.model_fields_set})


class Arrivals(Shape):
    """Visitors of one queue (spread evenly over its services) or of one service; either rates or a day's number."""

    queue: str = ""
    service: str = ""
    per_hour: Rates | None = None
    per_day: Annotated[float, Field(ge=0, le=100_000)] | None = None
    """Spread evenly over the time the queue is open."""
    weekdays: frozenset[Weekday] = EVERY_DAY
    also: dict[str, Share] = Field(default_factory=dict)
    """Further services on the same ticket, and of how many of these visitors."""
    visitors: People | None = None
    """What these do otherwise than [visitors] says."""

    @model_validator(mode="after")
    def _how_many(self) -> Self:
        if (self.per_hour is None) == (self.per_day is None):
            raise ValueError("say how many come, once; write either per_hour = 12 or per_day = 80")
        return self

    @property
    def rates(self) -> Mapping[str, float]:
        """Visitors an hour by band; empty when only the day's number is known."""
        return self.per_hour or {}


class ServiceTimes(Draw):
    """How long business takes at the window, of these queues or services; a service goes before its queue."""

    queues: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Opening(Shape):
    """These windows' day; what several entries say of one window goes together, the later one before the earlier.

    Windows not named, and those without `open`, are open while a queue they serve is; `open = []` is closed.
    """

    windows: Annotated[tuple[str, ...], Field(min_length=1)]
    open: tuple[Band, ...] | None = None
    breaks: tuple[Band, ...] = ()
    """Paused, after the visitor who is there; who waits goes on waiting."""
    staff: str = ""
    """Who sits there, of the hall's [[staff]]; else somebody who can do whatever is asked for there."""
    weekdays: frozenset[Weekday] = EVERY_DAY


class Transfers(Shape):
    """Visitors of one queue who are handed on to another, after `minutes` or else all their business there."""

    queue: str
    to: str
    share: Share
    minutes: Draw | None = None
    come_back: Share = 0.0
    """Of them, who return to the window that sent them."""
    back: Draw = Draw(distribution="fixed", mean_minutes=3.0)
    """How long it has them then."""


class Scenario(Shape):
    schema_version: Annotated[int, Field(ge=1, le=1)] = 1
    name: str = ""
    hall: str
    """The hall file, as seen from the scenario's folder."""
    start: date
    days: Annotated[int, Field(ge=1, le=1000)] = 1
    seed: int = 1
    overtime_minutes: Annotated[int, Field(ge=0, le=600)] = 60
    """After the day's last closing windows go on while somebody waits for them, at most so long."""
    reaction_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    """From when a window can call until its clerk does."""
    visitors: People = People()
    arrivals: Annotated[tuple[Arrivals, ...], Field(min_length=1)]
    service_times: tuple[ServiceTimes, ...] = ()
    windows: tuple[Opening, ...] = ()
    transfers: tuple[Transfers, ...] = ()


def minutes_in(band: str) -> tuple[int, int]:
    """ "09:00-12:30" -> (540, 750)."""
    start, end = band.split("-")
    return minutes_of(start), minutes_of(end)
