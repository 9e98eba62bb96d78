"""Readers of the PC/SC service: passports, residence permits, social security cards, or a staff card's number.

Watches with SCardGetStatusChange itself: pyscard's CardMonitor ends for ever when pcscd restarts (pyscard #82, #128).
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass

from smartcard import scard

from hardware.cardreaders import mrz, socialsecurity, travel
from hardware.cardreaders.apdu import ask
from hardware.errors import CardError, DeviceError, LinkError
from hardware.options import option
from hardware.ports import Card, CardReader, Condition, Health
from hardware.watcher import Watcher

LOOK_MS = 150
KEY_LASTS = 120.0
"""Seconds that a scanned or typed line waits for its document."""
PUSHES, PUSH = 3, 0.15
UID = bytes.fromhex("FFCA000000")
_GONE = frozenset(
    {
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_E_READER_UNAVAILABLE,
    }
)


@dataclass(frozen=True, slots=True)
class PcscOptions:
    """A smart card reader that the PC/SC service knows."""

    reader: str = option("", doc="part of the reader's name, empty = the first one")
    read: str = option(
        "documents",
        doc="documents = whose card it is; uid = the chip's number of a staff card, for signing in only",
        choices=("documents", "uid"),
    )
    by_position: bool = option(False, doc="social security cards that count their records instead of naming them")
    retry: float = option(1.0, doc="seconds between two tries to reach the service", low=0.1, high=60)


class PcscReader(Watcher[Card, "Service"]):
    """One reader, watched; a document that wants its lines first is told as a warning, and read once unlock() came."""

    def __init__(self, name: str, options: PcscOptions) -> None:
        super().__init__(name, options.retry)
        self._options = options
        self._lock = threading.Lock()
        self._key: tuple[mrz.AccessKey, float] | None = None
        self._is_locked = False

    def unlock(self, lines: str) -> bool:
        """The machine-readable lines of the document that lies there or comes within two minutes.

        Raises CardError bad_mrz. Safe from any thread.
        """
        key = mrz.parse(lines).key
        with self._lock:
            self._key = (key, time.monotonic() + KEY_LASTS)
        return True

    def _connect(self) -> Service:
        return Service(self._options.reader)

    def _look(self, link: Service) -> None:
        if link.changed(LOOK_MS):
            self._is_locked = False
            if link.has_card:
                self._card(link)
        elif self._is_locked and self._current_key() is not None:
            self._is_locked = False
            self._card(link)

    def _card(self, link: Service) -> None:
        try:
            found = self._settled(link)
        except CardError as fault:
            code = "unreadable" if fault.code == "mute" else fault.code
            self._warn(Health(Condition.WARNING, code, fault.detail))
        else:
            if found is not None:
                self._seen(found)

    def _settled(self, link: Service) -> Card | None:
        """A card that is still being pushed in answers badly at first."""
        for _ in range(PUSHES):
            try:
                with link.card() as card:
                    return self._read(card)
            except CardError as fault:
                if fault.code != "mute" or not self._pause(PUSH):
                    raise
        with link.card() as card:
            return self._read(card)

    def _read(self, card: PoweredCard) -> Card | None:
        """What the card says; None when it waits for its lines."""
        if self._options.read == "uid":
            answer = ask(card, UID)
            if not answer.is_ok or not answer.data:
                raise CardError("the card tells no number")
            return Card(kind="uid", document=answer.data.hex().upper())
        if socialsecurity.is_present(card):
            return socialsecurity.read(card, self._options.by_position)
        if not travel.is_present(card):
            raise CardError("neither a travel document nor a social security card")
        key = self._current_key()
        if key is None:
            self._is_locked = True
            raise CardError("the document opens with the lines at the foot of its page", code="mrz_needed")
        with self._lock:
            self._key = None
        return travel.read(card, key, secrets.token_bytes)

    def _current_key(self) -> mrz.AccessKey | None:
        with self._lock:
            if self._key is None or self._key[1] < time.monotonic():
                return None
            return self._key[0]


class Service:
    """A connection to pcscd and one of its readers; raises LinkError when either is gone."""

    def __init__(self, wanted: str) -> None:
        result, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise DeviceError("the smart card service pcscd is not running", code="service_missing")
        try:
            self.reader = self._found(wanted)
        except DeviceError:
            self.close()
            raise
        self._state: int = scard.SCARD_STATE_UNAWARE

    @property
    def has_card(self) -> bool:
        """As of the last change."""
        return bool(self._state & scard.SCARD_STATE_PRESENT) and not self._state & scard.SCARD_STATE_MUTE

    def changed(self, wait_ms: int) -> bool:
        """Whether a card came or went within `wait_ms`; the first answer is how things stand now."""
        result, states = scard.SCardGetStatusChange(self._context, wait_ms, [(self.reader, self._state)])
        if result == scard.SCARD_E_TIMEOUT:
            return False
        if result != scard.SCARD_S_SUCCESS:
            raise _lost(result)
        state = states[0][1]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise LinkError(f"{self.reader} is unplugged")
        before, self._state = self._state, state & ~scard.SCARD_STATE_CHANGED
        return _placement(before) != _placement(self._state)

    def card(self) -> PoweredCard:
        """The card that lies there; raises CardError when it is gone again or does not answer."""
        return PoweredCard(self._context, self.reader)

    def close(self) -> None:
        scard.SCardReleaseContext(self._context)

    def _found(self, wanted: str) -> str:
        result, readers = scard.SCardListReaders(self._context, [])
        if result not in {scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE}:
            raise _lost(result)
        for reader in readers:
            if wanted.casefold() in reader.casefold():
                return str(reader)
        there = ", ".join(readers) or "none"
        raise LinkError(
            f"no smart card reader called {wanted!r}; there is: {there}" if wanted else "no smart card reader"
        )


class PoweredCard:
    """A card that is powered for as long as the `with` lasts."""

    def __init__(self, context: int, reader: str) -> None:
        both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, self._card, self._protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, both)
        if result != scard.SCARD_S_SUCCESS:
            raise _failed(result)

    def __enter__(self) -> PoweredCard:
        return self

    def __exit__(self, *_: object) -> None:
        scard.SCardDisconnect(self._card, scard.SCARD_RESET_CARD)

    def transmit(self, command: bytes) -> bytes:
        """Raises CardError when the card was taken away, LinkError when the service ended."""
        header = scard.SCARD_PCI_T0 if self._protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        result, answer = scard.SCardTransmit(self._card, header, list(command))
        if result != scard.SCARD_S_SUCCESS:
            raise _failed(result)
        return bytes(answer)


def readers() -> list[str]:
    """The names of the readers the service knows; raises DeviceError service_missing."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise DeviceError("the smart card service pcscd is not running", code="service_missing")
    try:
        found: list[str] = scard.SCardListReaders(context, [])[1]
        return list(found)
    finally:
        scard.SCardReleaseContext(context)


def _placement(state: int) -> tuple[int, int]:
    """What tells one placement from the next: whether a card is there, and the service's count of changes."""
    return state & scard.SCARD_STATE_PRESENT, state >> 16


def _failed(result: int) -> DeviceError:
    if result in _GONE:
        return CardError("the card was taken away too soon", code="taken_away")
    if result in {scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_E_INVALID_HANDLE}:
        return _lost(result)
    return CardError(f"the card does not answer: {_words(result)}", code="mute")


def _lost(result: int) -> LinkError:
    return LinkError(f"the smart card service is gone: {_words(result)}", code="service_missing")


def _words(result: int) -> str:
    return str(scard.SCardGetErrorMessage(result)).strip()


def open_pcsc(name: str, options: PcscOptions) -> CardReader:
    """A PC/SC reader; it may come later."""
    return PcscReader(name, options)
