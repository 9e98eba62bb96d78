"""Everything that can happen to the caller: presses of the clerk, answers of the server, news from the hall."""

from __future__ import annotations

from dataclasses import dataclass, field

from caller.state import NOTHING_SAID, Act, Details, Done, Link, Refused, Shelf
from contract.bodies import Call, ServiceEntry, Snapshot, Ticket, Token, WindowView
from contract.errors import HallError

# ------------------------------------------------------------------------------------------------- the clerk


@dataclass(frozen=True, slots=True)
class SignIn:
    """Name and password as typed; never kept in the state."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignOut:
    """Back to the sign-in screen; only from a closed window."""


@dataclass(frozen=True, slots=True)
class ChooseWindow:
    """Sit down at `window`: it is opened, or taken up again when it is still open in this clerk's name."""

    window: str
    key: str


@dataclass(frozen=True, slots=True)
class LeaveWindow:
    """Back to the choice of windows; only from a closed window."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key. `key` is a fresh idempotency key, used if this turns out to be a new intention."""

    act: Act
    key: str
    what: Details = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """Show the chooser of an act that has one; `ticket` for pick."""

    act: Act
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class CloseSheet:
    """Leave the chooser and change nothing."""


@dataclass(frozen=True, slots=True)
class ShowShelf:
    shelf: Shelf


@dataclass(frozen=True, slots=True)
class Shrink:
    """To the mini bar (`mini`) or back to the panel."""

    mini: bool


@dataclass(frozen=True, slots=True)
class Speak:
    """Another language for this screen."""

    language: str


# ------------------------------------------------------------------------------------------------- the server


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: Token = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The pending command was done; `answer` is None when nobody may be called."""

    answer: Call | Ticket | WindowView | None


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The pending command (or sign-in) was refused, or its answer never came."""

    error: HallError


@dataclass(frozen=True, slots=True)
class ViewCame:
    view: WindowView


@dataclass(frozen=True, slots=True)
class ViewFailed:
    error: HallError


@dataclass(frozen=True, slots=True)
class WindowsCame:
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Explained:
    ticket: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OfferCame:
    """What the hall offers: its privileged classes and its services."""

    privileged: frozenset[str]
    services: tuple[ServiceEntry, ...] = ()


# ------------------------------------------------------------------------------------------------- the hall


@dataclass(frozen=True, slots=True)
class LinkChanged:
    link: Link


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Something happened that may concern this screen."""


@dataclass(frozen=True, slots=True)
class Forget:
    """`words` have been on the screen long enough."""

    words: Refused | Done


Input = (
    SignIn
    | SignOut
    | ChooseWindow
    | LeaveWindow
    | Press
    | OpenSheet
    | CloseSheet
    | ShowShelf
    | Shrink
    | Speak
    | SignedIn
    | Accepted
    | NotAccepted
    | ViewCame
    | ViewFailed
    | WindowsCame
    | Explained
    | OfferCame
    | LinkChanged
    | LookAgain
    | Forget
)
