"""Identity card readers on a serial line or a USB one that looks like it: find, select, read, over and over."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from hardware.cardreaders import documents, sdt
from hardware.errors import CardError, DeviceError, FrameError, LinkError
from hardware.options import option
from hardware.ports import Card, CardReader, Condition, Health
from hardware.transport.link import Transport, drain
from hardware.watcher import Watcher

BAUDS = (115200, 9600, 57600, 38400, 19200)
SHORT_WAIT = 0.5  # vendors allow 0.1-0.3 s to find and select
READ_WAIT = 4.0
SLICE = 0.1  # how long a close() may have to wait
MUTE_AFTER = 3  # unanswered questions in a row


@dataclass(frozen=True, slots=True)
class SdtSerialOptions:
    """A reader with the standard security module."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(0, doc="bits per second, 0 = find out", low=0, high=921600)
    interval: float = option(0.25, doc="seconds between two looks", low=0.05, high=5)
    again_after: float = option(2.0, doc="seconds a card must be away to count as placed again", low=0, high=60)


class SdtReader(Watcher[Card, Transport]):
    """`link_at` makes the link for one speed, `bauds` are tried in order until the module answers."""

    def __init__(
        self,
        name: str,
        link_at: Callable[[int], Transport],
        bauds: tuple[int, ...],
        *,
        interval: float = 0.25,
        again_after: float = 2.0,
        retry: float = 1.0,
    ) -> None:
        super().__init__(name, retry)
        self._link_at = link_at
        self._bauds = bauds
        self._interval = interval
        self._again_after = again_after
        self._read_command = sdt.READ_ALL
        self._last: tuple[bytes, float] = (b"", 0.0)
        self._told_unreadable = False
        self._mute = 0

    def unlock(self, lines: str) -> bool:
        """These cards need nothing to be opened."""
        return False

    def _connect(self) -> Transport:
        fault: DeviceError = LinkError("no speed to try")
        for baud in self._bauds:
            link = self._link_at(baud)
            try:
                link.open()
                self._greet(link)
            except DeviceError as refused:
                fault = refused
                link.close()
                if self._closing.is_set():
                    break
            else:
                self._bauds = (baud, *(other for other in self._bauds if other != baud))
                self._mute = 0
                return link
        raise fault

    def _greet(self, link: Transport) -> None:
        answer = self._ask(link, sdt.STATUS, SHORT_WAIT)
        if answer is None:
            raise DeviceError(f"{link.describe()}: the reader does not answer", code="no_answer")
        if answer.code == sdt.UNAUTHORISED:
            raise DeviceError(answer.meaning, code="reader_unauthorised")
        if answer.code != sdt.OK:
            raise DeviceError(f"the security module says: {answer.meaning}", code="reader_error")

    def _look(self, link: Transport) -> None:
        try:
            card = self._card(link)
        except (CardError, FrameError) as fault:
            self._tell_unreadable(fault)
        else:
            if card is not None:
                self._told_unreadable = False
                self._report(card)
        self._pause(self._interval)

    def _card(self, link: Transport) -> Card | None:
        found = self._answered(link, sdt.FIND)
        if found is None:
            return None
        if found.code != sdt.FOUND:
            self._told_unreadable = False  # lifted, so the next bad card is news
            return None
        selected = self._answered(link, sdt.SELECT)
        if selected is None or selected.code != sdt.OK:
            return None  # still being put down; the next look decides
        return documents.parse(self._text(link)).card()

    def _text(self, link: Transport) -> bytes:
        answer = self._ask(link, self._read_command, READ_WAIT)
        if answer is not None and answer.code == sdt.UNKNOWN_COMMAND and self._read_command == sdt.READ_ALL:
            self._read_command = sdt.READ_TEXT_PHOTO  # older modules know no fingerprint
            answer = self._ask(link, self._read_command, READ_WAIT)
        if answer is None:
            raise CardError("the reader fell silent while reading")
        if answer.code != sdt.OK:
            raise CardError(answer.meaning)
        return sdt.text_of(answer.data, parts=3 if self._read_command == sdt.READ_ALL else 2)

    def _answered(self, link: Transport, command: bytes) -> sdt.Answer | None:
        """An answer, or None for silence; raises LinkError when it has been silent too often."""
        answer = self._ask(link, command, SHORT_WAIT)
        self._mute = 0 if answer else self._mute + 1
        if self._mute >= MUTE_AFTER:
            raise LinkError(f"{link.describe()}: the reader stopped answering", code="no_answer")
        return answer

    def _ask(self, link: Transport, command: bytes, wait: float) -> sdt.Answer | None:
        drain(link)
        link.write(sdt.request(command), SHORT_WAIT)
        reader = sdt.AnswerReader()
        deadline = time.monotonic() + wait
        while not self._closing.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                break
            reader.feed(link.read(4096, min(SLICE, left)))
            answer = reader.take()
            if answer is not None:
                return answer
        return None

    def _report(self, card: Card) -> None:
        """Once per placement: some readers name a card once, others for as long as it lies there."""
        mark = hashlib.sha256(card.document.encode()).digest()
        now = time.monotonic()
        before, when = self._last
        self._last = (mark, now)
        if mark != before or now - when >= self._again_after:
            self._seen(card)

    def _tell_unreadable(self, fault: DeviceError) -> None:
        if not self._told_unreadable and not self._closing.is_set():
            self._told_unreadable = True
            self._warn(Health(Condition.WARNING, "unreadable", fault.detail))


def open_sdt_serial(name: str, options: SdtSerialOptions) -> CardReader:
    """A reader on a serial port."""
    from hardware.transport.serial import SerialTransport

    return SdtReader(
        name,
        lambda baud: SerialTransport(options.port, baud),
        (options.baud,) if options.baud else BAUDS,
        interval=options.interval,
        again_after=options.again_after,
    )
