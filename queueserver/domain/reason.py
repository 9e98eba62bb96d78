"""Why a ticket was called, as data: stored with the call, turned into a sentence for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A ticket that could have been called too, or was left to other staff.

    `waits_for` is then "skill" or "language", and `what` the service that needs the skill, or the language.
    """

    number: str
    priority_class: str
    waited_minutes: int
    waits_for: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """`code`: first_in_line, sent_here, came_back, held_due, privileged, appointment_due, ordinary_turn,
    waited_too_long, rule, picked or called_back."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
