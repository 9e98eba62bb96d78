"""Names of the keys that are not characters; presenters and flows know them without knowing Qt."""

from __future__ import annotations

from typing import Final

BACKSPACE: Final = "backspace"
CLEAR: Final = "clear"
