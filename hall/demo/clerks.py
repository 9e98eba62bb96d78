"""What a clerk does with each visitor: pure plans of key presses, so that the same seed plays the same day."""

from __future__ import annotations

from dataclasses import dataclass, field

from hall.demo.visitors import Course, Visitor


@dataclass(frozen=True, slots=True)
class Pace:
    """The demo's usual times in seconds: between arrivals, on the way, of business, of a clerk's patience."""

    gap: float
    way: float
    business: float
    patience: float
    rest: float
    """between two visitors, and before asking again when nobody waits"""
    touch: float
    """between two touches at a kiosk"""
    hold_ms: int
    """how long a kiosk leaves the number on its screen before the next visitor comes"""


REHEARSAL = Pace(gap=0.6, way=0.35, business=0.6, patience=0.7, rest=0.25, touch=0.0, hold_ms=0)
"""Without a screen: nobody watches, so nobody waits."""
CALM = Pace(gap=4.0, way=5.0, business=25.0, patience=8.0, rest=3.0, touch=1.2, hold_ms=4000)
"""With a screen: slow enough to follow, and to take part in."""


@dataclass(frozen=True, slots=True)
class Script:
    """How one demo is played: no `count` = visitors keep coming; when it `stays`, the clerks never close."""

    pace: Pace
    seed: int
    count: int | None
    stays: bool


@dataclass(frozen=True, slots=True)
class Press:
    """After `wait` seconds press the key `act`."""

    wait: float
    act: str
    arguments: dict[str, object] = field(default_factory=dict)


def course(visitor: Visitor | None, calls_before: int, pace: Pace, transfer_to: str | None) -> tuple[Press, ...]:
    """The keys for the visitor just called, who was called `calls_before` times on earlier occasions.

    None is a person who took a ticket by hand; they get the plainest service. A transfer without a queue to go to, and
    one that has been made already, is business as usual.
    """
    if visitor is None:
        return _served(pace.way, pace.business)
    way, business = pace.way * visitor.way, pace.business * visitor.business
    wish = visitor.course
    if wish is Course.GONE:
        return _missed(pace)
    if calls_before == 0 and wish in _AT_FIRST_CALL:
        return _at_first_call(wish, way, business, pace, transfer_to)
    return _served(way, business)


_AT_FIRST_CALL = frozenset({Course.SECOND_CALL, Course.LATE, Course.HELD, Course.TRANSFERRED})


def _at_first_call(wish: Course, way: float, business: float, pace: Pace, transfer_to: str | None) -> tuple[Press, ...]:
    if wish is Course.LATE:
        return _missed(pace)
    if wish is Course.SECOND_CALL:
        return (Press(pace.patience, "recall"), *_served(way, business))
    if wish is Course.HELD:
        return (Press(way, "start"), Press(business / 2, "hold"))
    if transfer_to:
        return (Press(way, "start"), Press(business / 2, "transfer", {"queue": transfer_to}))
    return _served(way, business)


def _served(way: float, business: float) -> tuple[Press, ...]:
    return (Press(way, "start"), Press(business, "finish"))


def _missed(pace: Pace) -> tuple[Press, ...]:
    return (Press(pace.patience, "recall"), Press(pace.patience, "no_show"))
