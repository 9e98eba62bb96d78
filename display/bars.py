"""What the LED bars over the windows show, told to them only when it changes. No Qt, no port of its own.

A text is told again now and then, and bars are told to forget what they were not told again: when this display ends, no
bar goes on calling a visitor who was served long ago.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from contract.bodies import TicketState, WindowState
from contract.config import text_for
from display.board import Board, WindowRow
from hardware.errors import BarError
from hardware.ports import BarLine, Colour, Effect, WindowBar

log = logging.getLogger(__name__)

RETELL_SECONDS: Final = 60.0
FORGET_SECONDS: Final = 180.0


class BarWords(Protocol):
    """The words of display.ui.words.Words that a bar needs."""

    language: str

    def number_to_window(self, number: str, label: str) -> str: ...
    def ticket_state(self, state: TicketState) -> str: ...
    def window_state(self, state: WindowState) -> str: ...
    def whole_window(self, label: str) -> str: ...


@dataclass(frozen=True, slots=True)
class BarText:
    """What one bar shows. `call` tells one call from the next, 0 = nobody is called."""

    text: str
    colour: Colour
    call: int = 0


@dataclass(frozen=True, slots=True)
class Overhead:
    """Which bar hangs over which window (id -> address), and what it shows while nobody is there."""

    addresses: Mapping[str, int]
    welcome: str = ""


class LedBars:
    """All bars of one cable; everything is said on the thread that owns the app, and nothing waits."""

    def __init__(self, bar: WindowBar, overhead: Overhead, words: BarWords) -> None:
        self._bar = bar
        self._overhead = overhead
        self._words = words
        self._told: dict[str, tuple[BarText, float]] = {}
        self._unknown: set[str] = set()

    def tell(self, board: Board, seconds: float) -> None:
        """Tell each bar whose text has changed, or was told long ago; `seconds` of a clock that never jumps."""
        if not board.is_known:
            return
        for window, address in self._overhead.addresses.items():
            row = board.windows.get(window)
            if row is None:
                self._complain(window)
                continue
            wish = self._wish(board, row)
            told = self._told.get(window)
            if told is None or told[0] != wish or seconds - told[1] >= RETELL_SECONDS:
                self._told[window] = wish, seconds
                self._show(address, wish, new_call=bool(wish.call) and (told is None or told[0].call != wish.call))

    def _wish(self, board: Board, row: WindowRow) -> BarText:
        words = self._words
        if row.number and row.ticket_state is TicketState.CALLED:
            call = board.call_of(row.ticket)
            text = self._fitting(words.number_to_window(row.number, row.label), row.number)
            return BarText(text, Colour.RED, call.sequence if call else 1)
        if row.number and row.ticket_state is TicketState.SERVING:
            text = self._fitting(f"{row.number} {words.ticket_state(TicketState.SERVING)}", row.number)
            return BarText(text, Colour.GREEN)
        if row.state is WindowState.OPEN:
            welcome = self._overhead.welcome or text_for(dict(row.names), words.language)
            return BarText(welcome or words.whole_window(row.label), Colour.GREEN)
        return BarText(words.window_state(row.state), Colour.YELLOW)

    def _fitting(self, text: str, short: str) -> str:
        """The whole sentence where it fits in one line, else the number alone: a number that scrolls is not seen."""
        return text if columns(text) <= self._bar.ability.columns else short

    def _show(self, address: int, wish: BarText, *, new_call: bool) -> None:
        fits = columns(wish.text) <= self._bar.ability.columns
        line = BarLine(wish.text, wish.colour, Effect.STILL if fits else Effect.SCROLL)
        try:
            self._bar.show(address, (line,), seconds=FORGET_SECONDS, called=new_call)
        except BarError as error:
            log.warning("bar %s cannot show %r: %s", address, wish.text, error.detail)

    def _complain(self, window: str) -> None:
        if window not in self._unknown:
            self._unknown.add(window)
            log.warning("setting bar_windows: there is no window %s", window)


def columns(text: str) -> int:
    """Narrow characters that `text` takes on a bar: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
