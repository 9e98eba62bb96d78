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
WINDOW_READERS: Final = STAFF | {"caller"}
PICKERS: Final = frozenset({"pick", "duty_manager", "manager"})
"""Out of order, by permission."""
OVERSEERS: Final = frozenset({"duty_manager", "manager"})
"""Who may change the hours of a day, end it, and void tickets."""
MANAGERS: Final = frozenset({"manager"})
