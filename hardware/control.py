"""A line of words over loopback TCP by which a person, a demo or a test plays with a virtual device."""

from __future__ import annotations

import logging
import shlex
import socket
import threading
from collections.abc import Callable

from hardware.errors import DeviceError

LOG = logging.getLogger(__name__)
LONGEST_LINE = 4096


class ControlLine:
    """Answers each line with one line: "ok ..." or "error ..."; `obey` gets the words and returns the answer.

    One connection at a time on 127.0.0.1, because it is a hand's tool and not an interface of the product.
    """

    def __init__(self, obey: Callable[[list[str]], str], port: int = 0) -> None:
        self._obey = obey
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._guest: socket.socket | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="device-control")
        self._thread.start()

    def close(self) -> None:
        """Stop listening and join the thread."""
        self._closing = True
        for end in (self._listener, self._guest):
            if end is not None:
                shut(end)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._closing:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            self._guest = guest
            with guest:
                self._converse(guest)
            self._guest = None

    def _converse(self, guest: socket.socket) -> None:
        try:
            with guest.makefile("rwb") as lines:
                while not self._closing and (line := lines.readline(LONGEST_LINE)):
                    lines.write((self._answer(line) + "\n").encode())
                    lines.flush()
        except OSError as fault:
            LOG.debug("control connection ended: %s", fault)

    def _answer(self, line: bytes) -> str:
        try:
            words = shlex.split(line.decode("utf-8", "replace"))
            return ("ok " + self._obey(words)).rstrip()
        except (DeviceError, ValueError) as fault:
            return f"error {fault}"


def shut(end: socket.socket) -> None:
    """Wake whoever waits on `end`: closing alone leaves a thread in accept() or recv() for ever."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        LOG.debug("socket was shut already")


def tell(port: int, line: str, timeout: float = 5.0) -> str:
    """Say one line to a virtual device's control port and return its answer; raises DeviceError for "error ..."."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as end, end.makefile("rwb") as lines:
            lines.write(line.encode() + b"\n")
            lines.flush()
            answer = lines.readline(LONGEST_LINE).decode().strip()
    except OSError as fault:
        raise DeviceError(f"no virtual device at port {port}: {fault}") from fault
    if not answer.startswith("ok"):
        raise DeviceError(answer.removeprefix("error ") or "the virtual device hung up")
    return answer.removeprefix("ok").strip()
