"""Where each area of a hall screen goes: pure arithmetic in units of 1/36 of the screen's height."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRect, QRectF

UNITS: Final = 36


class Layout(StrEnum):
    """What the screen is for: the latest calls, every window, or the bar over one window."""

    CALLS = "calls"
    WINDOWS = "windows"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Areas:
    """Rectangles in pixels by the area's name; an area that is not there is not shown. `body` lies under overlays."""

    unit: float
    upright: bool
    body: QRect
    places: dict[str, QRect] = field(default_factory=dict)


def areas(width: int, height: int, layout: Layout, *, strip: bool, ticker: bool) -> Areas:
    """Lay out a screen of `width` x `height` pixels; `strip` = there is trouble to tell, `ticker` = words to run."""
    unit = height / UNITS
    upright = height > width
    if layout is Layout.BAR:
        whole = QRect(0, 0, width, height)
        return Areas(unit, upright, whole, {"bar": whole})
    edge = unit * 0.5
    left, right = edge, width - edge
    top = unit * (4.5 if upright else 2.9)
    places = {"header": _rect(left, 0, right, top)}
    if strip:
        high = unit * (4.2 if upright else 1.9)
        places["strip"] = _rect(left, top, right, top + high)
        top += high + edge
    bottom = height - edge
    if ticker:
        foot = unit * 2.2
        places["ticker"] = _rect(0, height - foot, width, height)
        bottom = height - foot - edge
    body = _rect(left, top, right, bottom)
    if layout is Layout.WINDOWS:
        places["wall"] = body
    elif upright:
        places |= _upright(unit, edge, left, top, right, bottom)
    else:
        places |= _lying(edge, left, top, right, bottom)
    return Areas(unit, upright, body, places)


def _lying(edge: float, left: float, top: float, right: float, bottom: float) -> dict[str, QRect]:
    """Two thirds calls; the right third waiting above windows."""
    cut = left + (right - left) * 2 / 3
    middle = top + (bottom - top) * 0.5
    return {
        "calls": _rect(left, top, cut - edge / 2, bottom),
        "queues": _rect(cut + edge / 2, top, right, middle - edge / 2),
        "windows": _rect(cut + edge / 2, middle + edge / 2, right, bottom),
    }


def _upright(unit: float, edge: float, left: float, top: float, right: float, bottom: float) -> dict[str, QRect]:
    """Calls above, the hall's notices in the middle, waiting below; without room for all the notices go."""
    calls = top + unit * 17.6
    below = calls + edge + unit * 3.4 + edge
    if bottom - below < unit * 5.5:
        return {"calls": _rect(left, top, right, calls), "queues": _rect(left, calls + edge, right, bottom)}
    return {
        "calls": _rect(left, top, right, calls),
        "notices": _rect(left, calls + edge, right, below - edge),
        "queues": _rect(left, below, right, bottom),
    }


def _rect(left: float, top: float, right: float, bottom: float) -> QRect:
    return QRectF(left, top, right - left, bottom - top).toAlignedRect()
