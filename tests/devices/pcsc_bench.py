"""The real pcscd with the virtual reader vpcd, shut away in a network namespace of its own.

vpcd listens on every address of its machine and cannot be told otherwise. One thread of the test's process therefore
leaves the machine's network, starts pcscd and opens the cards' sockets; PC/SC clients reach pcscd through its Unix
socket as always. Needs root.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from hardware.cardreaders.pcsc import Service
from hardware.cardreaders.virtualcard import PORT, CardSlot, VirtualCard

T = TypeVar("T")
SOCKET = Path("/run/pcscd/pcscd.comm")
DRIVER = Path("/usr/lib/pcsc/drivers/serial")
_NEW_NETWORK, _SET_FLAGS, _UP = 0x40000000, 0x8914, 0x1


def why_not() -> str:
    """What keeps the bench from being set up here, empty when nothing does."""
    if shutil.which("pcscd") is None or not list(DRIVER.glob("libifdvpcd.so*")):
        return "needs the Debian packages pcscd and vsmartcard-vpcd"
    if os.geteuid() != 0:
        return "needs root for a network namespace"
    return "a pcscd is running on this machine" if SOCKET.exists() and _answers() else ""


class PcscBench:
    """pcscd that can be ended and started again, with one slot into which cards are put."""

    def __init__(self) -> None:
        self._away = ThreadPoolExecutor(1, thread_name_prefix="away")
        self._slot = CardSlot(PORT)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._do(_leave_network)

    def start(self) -> None:
        """Returns when pcscd takes connections."""
        SOCKET.parent.mkdir(exist_ok=True)
        self._daemon = self._do(
            lambda: subprocess.Popen(["pcscd", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        _wait_for(_answers)

    def kill(self) -> None:
        """As a crash would: with the card in the slot."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()
        self._daemon = None
        self._do(self._slot.remove)
        SOCKET.unlink(missing_ok=True)
        (SOCKET.parent / "pcscd.pid").unlink(missing_ok=True)

    def insert(self, card: VirtualCard) -> None:
        self._do(lambda: self._slot.insert(card))

    def remove(self) -> None:
        """Returns when pcscd has seen it: it looks every 0.4 s and takes a quicker change for no change."""
        self._do(self._slot.remove)
        if self._daemon is None:
            return
        service = Service("")
        service.changed(0)
        while service.has_card:
            service.changed(1000)
        service.close()

    def close(self) -> None:
        if self._daemon is not None:
            self.kill()
        self._away.shutdown()

    def _do(self, work: Callable[[], T]) -> T:
        return self._away.submit(work).result(30)


def _leave_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as end:
        try:
            end.connect(str(SOCKET))
        except OSError:
            return False
    return True


def _wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise TimeoutError("pcscd does not take connections")
