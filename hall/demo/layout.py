"""Lays the windows of all parts out on one screen so that none covers another; pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hall.demo.cast import Cast

CALLER_WIDTH = 420
TITLE_BAR = 32
"""Room for the frame that desktops put above a window."""
BAR_HEIGHT = 56 + TITLE_BAR
ABOVE = 0.42
"""The share of the height for the landscape screens; the callers' panels need the rest."""
NARROWEST_PORTRAIT = 270
KIOSK_SHARE = 0.53
"""The upright kiosk needs a little more width than the upright display."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the screen in pixels, window frame included."""

    x: int
    y: int
    width: int
    height: int

    @property
    def geometry(self) -> str:
        """Where the window's content goes, X11's way; the frame above it needs a part of the area."""
        return f"{self.width}x{self.height - TITLE_BAR}+{self.x}+{self.y + TITLE_BAR}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each app goes, by its device id; `mini`: there is room for the callers' bars only, not for their panels."""

    areas: Mapping[str, Area]
    mini: bool = False


def laid_out(cast: Cast, screen: Area) -> Layout:
    """Landscape screens side by side above; below them the portrait ones, then the callers.

    Made for one landscape kiosk and display and one portrait of each. Callers are panels where all of them fit side by
    side, else bars one below the other.
    """
    above = round(screen.height * ABOVE)
    below, height, right = screen.y + above, screen.height - above, screen.x + screen.width
    half = screen.width // 2
    areas = {
        cast.kiosks[0].id: Area(screen.x, screen.y, half, above),
        cast.displays[0].id: Area(screen.x + half, screen.y, screen.width - half, above),
    }
    columns = len(cast.clerks)
    mini = screen.width - columns * CALLER_WIDTH < 2 * NARROWEST_PORTRAIT
    callers = CALLER_WIDTH if mini else columns * CALLER_WIDTH
    room = min(screen.width - callers, 2 * height)
    kiosk = round(room * KIOSK_SHARE)
    areas[cast.kiosks[1].id] = Area(screen.x, below, kiosk, height)
    areas[cast.displays[1].id] = Area(screen.x + kiosk, below, room - kiosk, height)
    left = right - callers
    for place, clerk in enumerate(cast.clerks):
        if mini:
            areas[clerk.device] = Area(left, below + place * BAR_HEIGHT, CALLER_WIDTH, BAR_HEIGHT)
        else:
            areas[clerk.device] = Area(left + place * CALLER_WIDTH, below, CALLER_WIDTH, height)
    return Layout(areas, mini)
