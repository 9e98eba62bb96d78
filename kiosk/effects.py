"""What the flow wants done; the presenter does it, and answers come back as inputs."""

from __future__ import annotations

from dataclasses import dataclass

from contract.bodies import Ticket
from kiosk.state import Order


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask for the catalogue in `lang`."""

    lang: str


@dataclass(frozen=True, slots=True)
class CheckPrinter:
    """Ask the printer how it is, while the server is being asked for the ticket."""


@dataclass(frozen=True, slots=True)
class Take:
    """Ask for the ticket; attempts of one order carry one key."""

    order: Order


@dataclass(frozen=True, slots=True)
class Find:
    """Look up the ticket the visitor already has."""

    number: str


@dataclass(frozen=True, slots=True)
class Print:
    ticket: Ticket
    lang: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ReportPrinted:
    """Tell the server that the visitor has the number, on paper or kept from the screen."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody can have seen this ticket: cancel it, no ghost numbers in the line."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class VoidUnlessTaken:
    """Its number was shown, not printed, and nobody touched anything: cancel it after the grace the terminal gives."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send TimeUp(timer) after `seconds`, unless a newer timer was started meanwhile."""

    seconds: float
    timer: int


Effect = Refresh | CheckPrinter | Take | Find | Print | ReportPrinted | Withdraw | VoidUnlessTaken | StartTimer
