"""What can happen to the kiosk: touches of the visitor, answers and facts from outside, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.bodies import Catalogue, Ticket
from kiosk.state import PersonKind

# ------------------------------------------------------------------------------------------------- touches


@dataclass(frozen=True, slots=True)
class TakeNumber:
    """Start: I want a number."""


@dataclass(frozen=True, slots=True)
class ShowHot:
    """Start: what most people come for."""


@dataclass(frozen=True, slots=True)
class TakeDesk:
    """Start: I do not know which service; a number for the service desk."""


@dataclass(frozen=True, slots=True)
class ShowSearch:
    """I know its name."""


@dataclass(frozen=True, slots=True)
class ShowCheckIn:
    """Start: I have an appointment."""


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """I do not know what to do."""


@dataclass(frozen=True, slots=True)
class ChooseDepartment:
    department: str


@dataclass(frozen=True, slots=True)
class ChooseService:
    service: str


@dataclass(frozen=True, slots=True)
class Type:
    """One key of the screen's keyboard: a character, "backspace" or "clear"."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToggleLetters:
    """Identify: another document than a resident's card, or back."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Identify, CheckIn: the number or the code is complete."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Identify: go on without."""


@dataclass(frozen=True, slots=True)
class AddDocument:
    """Confirm: I want to give my document although nobody asks."""


@dataclass(frozen=True, slots=True)
class ChoosePriority:
    priority: str


@dataclass(frozen=True, slots=True)
class ChangeParty:
    """Confirm: so many people more, or fewer, come together."""

    by: int


@dataclass(frozen=True, slots=True)
class AddAnother:
    """Confirm: another service too, on the same number."""


@dataclass(frozen=True, slots=True)
class RemoveService:
    """Confirm: this one of several after all not."""

    service: str


@dataclass(frozen=True, slots=True)
class ShowBasket:
    """Back to the services chosen so far."""


@dataclass(frozen=True, slots=True)
class GoWithout:
    """Refused, Duplicate: leave out the one it is about and go on with the others."""


@dataclass(frozen=True, slots=True)
class Agree:
    """Confirm: yes, this ticket."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Refused: try the same again."""


@dataclass(frozen=True, slots=True)
class Reprint:
    """Unprinted or Duplicate: print it (again)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Unprinted: I have kept the number."""


@dataclass(frozen=True, slots=True)
class Back:
    pass


@dataclass(frozen=True, slots=True)
class StartOver:
    pass


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    lang: str


@dataclass(frozen=True, slots=True)
class ToggleElder:
    pass


@dataclass(frozen=True, slots=True)
class ToggleContrast:
    pass


@dataclass(frozen=True, slots=True)
class Touched:
    """Any other touch (turning a list's page, the warning): somebody is here."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """A card on the reader is an act of the visitor like a touch."""

    kind: PersonKind
    number: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A code held before the scanner is an act of the visitor like a touch."""

    text: str = field(repr=False)


# ------------------------------------------------------------------------------------------------- from outside


@dataclass(frozen=True, slots=True)
class CatalogueArrived:
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class ServerLost:
    """The server did not answer."""


@dataclass(frozen=True, slots=True)
class ServerFound:
    """The server answered something."""


@dataclass(frozen=True, slots=True)
class QueueCounted:
    """So many wait in a queue after event `seq`."""

    queue: str
    waiting: int
    seq: int


@dataclass(frozen=True, slots=True)
class PrinterIs:
    code: str


@dataclass(frozen=True, slots=True)
class ReaderIs:
    """ "ok", "none", or what ails the card reader; "unreadable" is about one card."""

    code: str


@dataclass(frozen=True, slots=True)
class ScannerIs:
    """ "ok", "none", or what ails the scanner."""

    code: str


@dataclass(frozen=True, slots=True)
class TicketTaken:
    intention: int
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class TicketRefused:
    intention: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketFound:
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class TicketNotFound:
    number: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    ticket_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class SlipFailed:
    ticket_id: str
    attempt: int
    code: str


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The idle clock number `timer` has run out."""

    timer: int


Touch = (
    TakeNumber
    | ShowHot
    | TakeDesk
    | ShowSearch
    | ShowCheckIn
    | ShowHelp
    | ChooseDepartment
    | ChooseService
    | Type
    | ToggleLetters
    | Enter
    | Skip
    | AddDocument
    | ChoosePriority
    | ChangeParty
    | AddAnother
    | RemoveService
    | ShowBasket
    | GoWithout
    | Agree
    | Retry
    | Reprint
    | Claim
    | Back
    | StartOver
    | ChooseLanguage
    | ToggleElder
    | ToggleContrast
    | Touched
    | CardRead
    | CodeScanned
)
News = (
    CatalogueArrived
    | ServerLost
    | ServerFound
    | QueueCounted
    | PrinterIs
    | ReaderIs
    | ScannerIs
    | TicketTaken
    | TicketRefused
    | TicketFound
    | TicketNotFound
    | SlipPrinted
    | SlipFailed
)
Input = Touch | News | TimeUp
