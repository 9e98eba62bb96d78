"""From keys to acts: digits wait for the act they belong to, and an act that needs digits waits for them. Pure."""

from __future__ import annotations

from typing import Final

from hardware.ports import PadAct

ENTER, CLEAR = "enter", "clear"
NEEDS_DIGITS: Final = frozenset({PadAct.TRANSFER, PadAct.SIGN_IN})
FORGET: Final = 10.0
"""Seconds after which digits that led to nothing are forgotten, so that they do not join the next clerk's."""
MOST_DIGITS: Final = 8


class Keypad:
    """One pad. Both orders mean the same: 3, transfer - or transfer, 3, enter."""

    def __init__(self) -> None:
        self._digits = ""
        self._waiting: PadAct | None = None
        self._last = 0.0

    def press(self, key: PadAct | str, now: float) -> tuple[PadAct, str] | None:
        """The act that this key completes, with its digits; `key` is an act, a digit, "enter" or "clear"."""
        if now - self._last > FORGET:
            self._forget()
        self._last = now
        if isinstance(key, PadAct):
            return self._act(key)
        if key == ENTER and self._waiting is not None and self._digits:
            return self._complete(self._waiting)
        if key in {ENTER, CLEAR}:
            self._forget()
        elif len(self._digits) < MOST_DIGITS:
            self._digits += key
        return None

    def _act(self, act: PadAct) -> tuple[PadAct, str] | None:
        if act not in NEEDS_DIGITS:
            self._forget()
            return act, ""
        if self._digits:
            return self._complete(act)
        self._waiting = act
        return None

    def _complete(self, act: PadAct) -> tuple[PadAct, str]:
        digits = self._digits
        self._forget()
        return act, digits

    def _forget(self) -> None:
        self._digits, self._waiting = "", None
