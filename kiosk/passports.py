"""The lines at the foot of a passport page before the scanner: they open its chip, or say by themselves whose it is."""

from __future__ import annotations

from hardware.cardreaders import mrz
from hardware.errors import CardError
from hardware.ports import Card, CardReader
from kiosk import inputs as on
from kiosk.cards import card_input

KINDS = {"P": "passport"}


class PassportLines:
    """Between the scanner and the kiosk; `reader` is the card reader, None without one.

    Not thread-safe: everything is told on the kiosk's own thread.
    """

    def __init__(self, reader: CardReader | None) -> None:
        self._reader = reader
        self._collector = mrz.LineCollector()
        self._waits = False

    def reader_is(self, code: str) -> None:
        """What the reader said last: a chip that waits for its lines, or anything else."""
        self._waits = code == "mrz_needed"

    def scanned(self, text: str, now: float) -> on.Input | None:
        """What a scan is for the kiosk; None while more lines are to come, or when the chip answers by itself.

        `now` is any clock's seconds.
        """
        lines = self._collector.add(text, now)
        if lines is None:
            return on.CodeScanned(text)
        if not lines:
            return None
        try:
            found = mrz.parse(lines)
            if self._waits and self._reader is not None and self._reader.unlock(lines):
                self._waits = False
                return None
        except CardError:
            return on.ReaderIs("bad_mrz")
        return card_input(Card(KINDS.get(found.kind[:1], "other"), found.number, found.name, found.born, found.sex))
