"""How true the screen is: judged by when the hall was last heard, and whether events arrive as they happen. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from display.screen import Link

UNSURE_SECONDS: Final = 5.0
"""So long without live events before the screen says so: a reconnection nobody notices is not worth a word."""
LOST_SECONDS: Final = 12.0
"""So long without even a snapshot, while not live, until the screen says that it may be out of date."""


@dataclass(frozen=True, slots=True)
class LinkWatch:
    """Seconds are those of a clock that never runs backwards."""

    not_live_since: float
    heard: float | None = None
    live: bool = False

    def hearing(self, now: float) -> LinkWatch:
        """A snapshot or an event has come."""
        return replace(self, heard=now)

    def turned(self, live: bool, now: float) -> LinkWatch:
        """Events arrive as they happen from now on, or not any more."""
        since = now if self.live and not live else self.not_live_since
        return replace(self, live=live, not_live_since=since)

    def link(self, now: float) -> Link:
        if self.heard is None:
            return Link.CONNECTING
        if self.live or now - self.not_live_since < UNSURE_SECONDS:
            return Link.LIVE
        return Link.LOST if now - self.heard >= LOST_SECONDS else Link.DELAYED
