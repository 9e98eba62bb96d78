"""Everything the kiosk knows at one moment, as values: the page, the visitor, the world outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeVar

from contract.bodies import Catalogue, DepartmentEntry, PriorityClassEntry, ServiceEntry, Ticket

E = TypeVar("E", ServiceEntry, DepartmentEntry)

# ------------------------------------------------------------------------------------------------- who

PersonKind = Literal["resident", "residence_permit", "foreign_resident", "passport", "social_security", "other"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands here, until the screen goes home; number and name stay out of logs."""

    kind: PersonKind
    number: str = field(repr=False)
    name: str = field(default="", repr=False)


# ------------------------------------------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class Start:
    """Nobody is here, or somebody just came."""


@dataclass(frozen=True, slots=True)
class Departments:
    """Whom do you want to see?"""


@dataclass(frozen=True, slots=True)
class Services:
    """What for? Empty `department` = what most people come for."""

    department: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Letters of pinyin, initials or words."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Who has an appointment: a card on the reader, or the booking code. `typed` is kept out of any representation."""

    typed: str = field(default="", repr=False)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Identify:
    """Who are you: a card on the reader, or a typed number. `letters`: another document than a resident's card.

    `typed` is a document number and is kept out of any representation.
    """

    service: str
    typed: str = field(default="", repr=False)
    letters: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Priority:
    """Elder mode asks one question a screen; elsewhere priority is chosen on Confirm."""

    service: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """This service and those in the basket, for `party` people: shall it be?"""

    service: str
    priority: str | None = None
    party: int = 1


@dataclass(frozen=True, slots=True)
class Basket:
    """What is set aside while one more service is looked for: those chosen, and what was said about the visitor."""

    services: tuple[str, ...] = ()
    priority: str | None = None
    party: int = 1


@dataclass(frozen=True, slots=True)
class Order:
    """One intention to take one ticket; every attempt of it carries the same key and says exactly the same.

    `others` are further services on the same ticket. `booked` is the check-in of an appointment, by `code` or by the
    person's card; its service is not known before.
    """

    intention: int
    service: str
    priority: str | None
    person: Person | None = None
    lang: str = "zh-CN"
    booked: bool = False
    code: str = field(default="", repr=False)
    others: tuple[str, ...] = ()
    party: int = 1


@dataclass(frozen=True, slots=True)
class Taking:
    """The server is being asked. Touches do nothing."""

    order: Order


@dataclass(frozen=True, slots=True)
class Finding:
    """The ticket the visitor already has is being looked up for a reprint."""

    service: str
    number: str


@dataclass(frozen=True, slots=True)
class Printing:
    """The slip is on its way. Touches do nothing."""

    ticket: Ticket
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """Here is your number, on paper."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Unprinted:
    """Here is your number, not on paper; `code` says why."""

    ticket: Ticket
    code: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """No ticket. `code` and `params` as in contract.errors; `order` is set when trying again makes sense."""

    service: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    opens_at: datetime | None = None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The visitor already holds `number` for this service."""

    service: str
    number: str


@dataclass(frozen=True, slots=True)
class Help:
    """How this works, and whom to ask."""


Page = (
    Start
    | Departments
    | Services
    | Search
    | CheckIn
    | Identify
    | Priority
    | Confirm
    | Taking
    | Finding
    | Printing
    | Result
    | Unprinted
    | Refused
    | Duplicate
    | Help
)

BUSY_PAGES = (Taking, Finding, Printing)
"""While one of these shows, a second touch makes nothing."""

# ------------------------------------------------------------------------------------------------- the world


@dataclass(frozen=True, slots=True)
class Count:
    """Tickets waiting in one queue as of the hall's event `seq`."""

    seq: int
    waiting: int


@dataclass(frozen=True, slots=True)
class World:
    """What is known about everything outside this screen. `printer`, `reader`, `scanner` are codes, "ok" when well."""

    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)
    online: bool = True
    printer: str = "ok"
    reader: str = "none"
    scanner: str = "none"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the screen returns to when a visitor leaves. `patience` = seconds without a touch before that."""

    lang: str = "zh-CN"
    elder: bool = False
    patience: float = 60.0
    result_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class State:
    """The kiosk at one moment.

    `timer` counts restarts of the idle clock, so that an old alarm means nothing. `withdrawn` is the newest intention
    whose ticket was taken back, `in_hand` the ids of the latest tickets visitors have seen, `scanned` the booking code
    this visitor held before the scanner.
    """

    page: Page = Start()
    trail: tuple[Page, ...] = ()
    lang: str = "zh-CN"
    elder: bool = False
    contrast: bool = False
    person: Person | None = None
    basket: Basket = Basket()
    scanned: str = field(default="", repr=False)
    warned: bool = False
    timer: int = 0
    timer_seconds: float = 0.0
    intention: int = 0
    withdrawn: int = 0
    in_hand: tuple[str, ...] = ()
    world: World = World()
    defaults: Defaults = Defaults()

    @property
    def catalogue(self) -> Catalogue | None:
        """What is offered, in the visitor's language if it has come already."""
        catalogues = self.world.catalogues
        return catalogues.get(self.lang) or catalogues.get(self.defaults.lang) or next(iter(catalogues.values()), None)

    def service(self, service_id: str) -> ServiceEntry | None:
        return _by_id(self.catalogue.services, service_id) if self.catalogue else None

    def department(self, department_id: str) -> DepartmentEntry | None:
        return _by_id(self.catalogue.departments, department_id) if self.catalogue else None

    @property
    def priorities(self) -> tuple[PriorityClassEntry, ...]:
        return self.catalogue.priority_classes if self.catalogue else ()

    @property
    def default_priority(self) -> str | None:
        """The first ordinary class, else none: the server decides."""
        return next((entry.id for entry in self.priorities if not entry.privileged), None)

    def waiting(self, service: ServiceEntry) -> int:
        """Tickets ahead in the service's queue: the newest of catalogue and events."""
        count = self.world.counts.get(service.queue)
        seq = self.catalogue.seq if self.catalogue else 0
        return count.waiting if count is not None and count.seq > seq else service.waiting

    def home(self) -> State:
        """The same kiosk after the visitor has gone: nothing of theirs remains."""
        return replace(
            self,
            page=Start(),
            trail=(),
            lang=self.defaults.lang,
            elder=self.defaults.elder,
            contrast=False,
            person=None,
            basket=Basket(),
            scanned="",
            warned=False,
        )


def _by_id(entries: tuple[E, ...], wanted: str) -> E | None:
    return next((entry for entry in entries if entry.id == wanted), None)
