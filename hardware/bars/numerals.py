"""What a display of a few characters shows of a sentence: the ticket number in it."""

from __future__ import annotations

import re

_TICKET = re.compile(r"[A-Za-z]{0,3}[0-9]+")


def ticket_in(text: str) -> str:
    """The first word that looks like a ticket number, e.g. "A012" of "A012到3号窗口"; else empty."""
    found = _TICKET.search(text)
    return found[0] if found else ""


def number_in(text: str) -> int:
    """The digits of the first ticket number as a number, e.g. 12 of "A012"; 0 when there is none."""
    digits = "".join(char for char in ticket_in(text) if char.isdecimal())
    return int(digits) if digits else 0
