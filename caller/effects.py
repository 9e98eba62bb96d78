"""What the flow wants done; the presenter does it and brings the answer back as an input."""

from __future__ import annotations

from dataclasses import dataclass, field

from caller.state import Command


@dataclass(frozen=True, slots=True)
class LogIn:
    """Answered by SignedIn or NotAccepted."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogOut:
    """Let the server forget this person's session; nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Send:
    """Ask the server at `window`; answered by Accepted or NotAccepted."""

    command: Command
    window: str


@dataclass(frozen=True, slots=True)
class LoadView:
    """Answered by ViewCame or ViewFailed."""

    window: str
    language: str


@dataclass(frozen=True, slots=True)
class LoadWindows:
    """Answered by WindowsCame or ViewFailed."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Why this ticket was called, in the clerk's language; answered by Explained, or not at all."""

    ticket: str
    language: str


@dataclass(frozen=True, slots=True)
class LoadOffer:
    """The hall's classes and services; answered by OfferCame, or not at all."""

    language: str


Effect = LogIn | LogOut | Send | LoadView | LoadWindows | Explain | LoadOffer
