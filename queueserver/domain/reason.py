"""Why a ticket was called, as data: stored with the call, turned into a sentence for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A ticket that could have been called too."""

    number: str
    priority_class: str
    waited_minutes: int


@dataclass(frozen=True, slots=True)
class Reason:
    """`code`: first_in_line, privileged, ordinary_turn, waited_too_long, rule, picked, called_back or sent_here."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
