"""A window at work: closed, open or paused, by whom, and with which ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from queueserver.domain import events
from queueserver.domain.errors import DomainError


class WindowState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Window:
    """`ticket` is the id of the one active ticket here; `streak` counts privileged calls since an ordinary one.

    `auto`: in a hall with mixed assignment the server calls for it. `busy_ms` is its load, `since` when it became free
    or busy; `state_since` is from when it is as it is (None: not known), and `idle_ms` how long it has been open with
    nobody at it since then. All are kept by balance.accounted, whoever changes a window need not think of them.
    """

    id: str
    state: WindowState = WindowState.CLOSED
    staff: str | None = None
    staff_name: str = ""
    ticket: str | None = None
    pause_reason: str = ""
    streak: int = 0
    auto: bool = False
    busy_ms: int = 0
    since: datetime | None = None
    state_since: datetime | None = None
    idle_ms: int = 0

    @property
    def in_use(self) -> bool:
        """Somebody works or is served here; such a window goes on until it closes, even if it is configured no more."""
        return self.state is not WindowState.CLOSED or self.ticket is not None

    def open(self, staff: str, staff_name: str, *, auto: bool = False) -> tuple[Window, events.WindowOpened]:
        self._only("open", WindowState.CLOSED)
        window = replace(self, state=WindowState.OPEN, staff=staff, staff_name=staff_name, pause_reason="", auto=auto)
        return window, events.WindowOpened(window)

    def pause(self, reason: str) -> tuple[Window, events.WindowPaused]:
        self._only("pause", WindowState.OPEN)
        window = replace(self, state=WindowState.PAUSED, pause_reason=reason)
        return window, events.WindowPaused(window)

    def resume(self, *, auto: bool | None = None) -> tuple[Window, events.WindowResumed]:
        """`auto` changes whether the server calls here; None leaves it as it was."""
        self._only("resume", WindowState.PAUSED)
        auto = self.auto if auto is None else auto
        window = replace(self, state=WindowState.OPEN, pause_reason="", auto=auto)
        return window, events.WindowResumed(window)

    def switch(self, *, auto: bool) -> tuple[Window, events.WindowSwitched]:
        """The server calls here from now on, or no more; whoever is at the window is served on."""
        self._only("switch", WindowState.OPEN, WindowState.PAUSED)
        window = replace(self, auto=auto)
        return window, events.WindowSwitched(window)

    def close(self, busy_with: str | None, how: str = "") -> tuple[Window, events.WindowClosed]:
        """`busy_with` is the number still here; a window closes only when its visitor is done."""
        if self.ticket is not None:
            raise DomainError("window_busy", number=busy_with or "")
        self._only("close", WindowState.OPEN, WindowState.PAUSED)
        window = replace(self, state=WindowState.CLOSED, staff=None, staff_name="", pause_reason="")
        return window, events.WindowClosed(window, how)

    def take(self, ticket: str, streak: int) -> Window:
        return replace(self, ticket=ticket, streak=streak)

    def release(self) -> Window:
        return replace(self, ticket=None)

    def must_call(self, busy_with: str | None) -> None:
        """Raise unless this window may call somebody now."""
        if self.state is WindowState.CLOSED:
            raise DomainError("window_closed")
        if self.state is WindowState.PAUSED:
            raise DomainError("window_paused")
        if self.ticket is not None:
            raise DomainError("window_busy", number=busy_with or "")

    def _only(self, act: str, *states: WindowState) -> None:
        if self.state not in states:
            raise DomainError("illegal_window_transition", state=self.state.value)
