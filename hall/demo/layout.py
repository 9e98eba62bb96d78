"""Lays the windows of all parts out on one screen so that none covers another; pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hall.demo.cast import Cast


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the screen in pixels, window frame included."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each app goes, by its device id."""

    areas: Mapping[str, Area]


CALLER_WIDTH = 420
TITLE_BAR = 32
"""Room for the frame that desktops put above a window."""


def laid_out(cast: Cast, screen: Area) -> Layout:
    """Landscape screens side by side above; below them the portrait ones, then the callers.

    Made for one landscape kiosk and display and one portrait of each; more callers than fit side by side share the
    width that is left.
    """
    half = screen.height // 2
    width = screen.width // 2
    areas = {
        cast.kiosks[0].id: Area(screen.x, screen.y, width, half),
        cast.displays[0].id: Area(screen.x + width, screen.y, screen.width - width, half),
    }
    below, left = screen.y + half, screen.x
    height = screen.height - half
    portrait = height * 9 // 16
    for name in (cast.kiosks[1].id, cast.displays[1].id):
        areas[name] = Area(left, below, portrait, height)
        left += portrait
    room = screen.x + screen.width - left
    each = min(CALLER_WIDTH, room // len(cast.clerks))
    for clerk in cast.clerks:
        areas[clerk.device] = Area(left, below, each, height)
        left += each
    return Layout(areas)
