"""What an account may be, and which of them each kind of account may have."""

from __future__ import annotations

from typing import Final

DEVICE_ROLES: Final = ("kiosk", "caller", "display", "booking")
PERSON_ROLES: Final = ("clerk", "pick", "duty_manager", "manager")

EVERYBODY: Final = frozenset((*DEVICE_ROLES, *PERSON_ROLES))
"""Any account of the hall."""
STAFF: Final = frozenset({"clerk", "duty_manager", "manager"})
"""People who work at windows."""
TICKET_GIVERS: Final = STAFF | {"kiosk"}
"""Those at whose hands visitors take, cancel and postpone tickets."""
BOOKERS: Final = TICKET_GIVERS | {"booking"}
"""Those through whom appointments are made: also another system, e.g. the city's booking page."""
IMPORTERS: Final = frozenset({"booking", "duty_manager", "manager"})
"""Those who may bring in bookings made elsewhere."""
_CHANNELS: Final = {
    "booking": ("api", "phone"),
    "kiosk": ("kiosk",),
    "caller": ("desk", "phone"),
    "clerk": ("desk", "phone"),
    "duty_manager": ("desk", "phone"),
    "manager": ("desk", "phone"),
}
"""What each role may say a booking came by: shares of places are worth nothing when anybody may take anybody's."""


def channels(roles: frozenset[str]) -> frozenset[str]:
    """The channels by which an account with these roles books."""
    return frozenset(channel for role in roles for channel in _CHANNELS.get(role, ()))


def own_channel(roles: frozenset[str]) -> str:
    """The one that is meant when nothing is said; "api" for whoever has none."""
    return next((channels[0] for role, channels in _CHANNELS.items() if role in roles), "api")


WINDOW_READERS: Final = STAFF | {"caller"}
PICKERS: Final = frozenset({"pick", "duty_manager", "manager"})
"""Out of order, by permission."""
OVERSEERS: Final = frozenset({"duty_manager", "manager"})
"""Who may change the hours of a day, end it, and void tickets."""
MANAGERS: Final = frozenset({"manager"})
