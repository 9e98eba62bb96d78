"""What managers configured, as the rules need it: plans of halls, queues, windows, services and classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from queueserver.domain.booking import BookingRules
from queueserver.domain.schedule import Schedule
from queueserver.domain.slots import SlotTemplate


class MissedPolicy(StrEnum):
    """What becomes of a called visitor who does not come."""

    REQUEUE = "requeue"
    POSTPONE = "postpone"
    CLERK = "clerk"
    EXPIRE = "expire"


class Assignment(StrEnum):
    """Who decides that somebody is called: staff, the server, or each window as it likes."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Policy:
    """How the whole hall calls; see selection.choose_next."""

    privileged_per_ordinary: int = 2
    longest_wait_minutes: int = 45
    appointment_tolerance_minutes: int = 10
    assignment: Assignment = Assignment.MANUAL
    assign_after_seconds: int = 5
    recalls: int = 3
    max_misses: int = 3
    announcement_expires_seconds: int = 90
    continue_here: bool = True
    desk: str = ""
    """The service of the desk that comes before every other one, or "" in a hall of one level."""


@dataclass(frozen=True, slots=True)
class PriorityClass:
    id: str
    privileged: bool


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue's numbers, hours and limits; None = no limit."""

    id: str
    prefix: str
    zone: str
    schedule: Schedule
    first: int = 1
    last: int = 999
    digits: int = 3
    service_minutes: float = 8.0
    daily_limit: int | None = None
    waiting_limit: int | None = None
    person_limit: int | None = None
    party_limit: int | None = None
    missed: MissedPolicy = MissedPolicy.CLERK
    postpone_places: int = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """Take from `queue` if its first ticket waited this long and its line has this many."""

    queue: str
    waited_minutes: int = 0
    waiting_at_least: int = 0


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """`rules` are tried in order; then the longest wait among `serves`."""

    id: str
    label: str
    zone: str
    serves: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    auto: bool = False


@dataclass(frozen=True, slots=True)
class ServicePlan:
    id: str
    queue: str
    department: str = ""
    requires_document: bool = False
    skill: str = ""
    steps: tuple[tuple[str, ...], ...] = ()
    """All queues of a linked service, `queue` among the first: group after group, within a group in any order."""
    after: tuple[str, ...] = ()
    """Services that come first when they are on the same ticket."""
    direct: bool = False
    """Not by way of the desk."""

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The queues to walk; a service that is not linked has its one queue."""
        return self.steps or ((self.queue,),)


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """What somebody at a window can do besides the usual; `languages` without their regions, "en" for "en-GB"."""

    id: str
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HallPlan:
    """One hall as published in configuration `version`; mappings are by id and never changed.

    `language` is what everybody at the windows speaks, `skills` what the services that need one need.
    """

    id: str
    version: int
    time_zone: str
    day_boundary_minutes: int
    policy: Policy
    classes: Mapping[str, PriorityClass]
    queues: Mapping[str, QueuePlan]
    windows: Mapping[str, WindowPlan]
    services: Mapping[str, ServicePlan]
    default_class: str
    privileged: frozenset[str]
    windows_of_queue: Mapping[str, tuple[str, ...]]
    zones: frozenset[str]
    language: str = ""
    staff: Mapping[str, StaffPlan] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    templates_of: Mapping[str, tuple[SlotTemplate, ...]] = field(default_factory=dict)
    """By service: where its bookable times come from."""
    booking: Mapping[str, BookingRules] = field(default_factory=dict)
    """By queue."""

    @property
    def desk(self) -> ServicePlan | None:
        """The service desk of a hall of two levels."""
        return self.services.get(self.policy.desk)

    def via_desk(self, service: str) -> bool:
        """Whether visitors for this service go to the desk first."""
        desk = self.desk
        return desk is not None and service != desk.id and not self.services[service].direct
