"""A slip printer made of software: a real ESC/POS listener that leaves each cut slip as a picture."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from hardware.control import shut
from hardware.errors import DeviceError
from hardware.numbered import NumberedFiles
from hardware.options import option
from hardware.ports import Health, TicketPrinter
from hardware.printers.escpos import WIDTH, TcpOptions, open_tcp
from hardware.printers.machine import Machine
from hardware.slip import Slip
from hardware.twinprocess import be


class TcpCables:
    """Gives a machine its network plug; several clients may be connected, as with a print server."""

    def __init__(self, machine: Machine, port: int = 0, host: str = "127.0.0.1") -> None:
        self._machine = machine
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self._guests: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, name="virtual-printer-tcp")
        self._thread.start()

    def close(self) -> None:
        """Pull the plug and join every thread."""
        self._closing = True
        shut(self._listener)
        self._thread.join()
        self._listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """End all connections, as a printer does that loses its power."""
        with self._lock:
            guests = dict(self._guests)
        for guest, thread in guests.items():
            shut(guest)
            thread.join()

    def _accept(self) -> None:
        while not self._closing:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(guest,), name="virtual-printer-guest")
            with self._lock:
                self._guests[guest] = thread
            thread.start()

    def _serve(self, guest: socket.socket) -> None:
        def reply(data: bytes) -> None:
            with contextlib.suppress(OSError):  # the host went away before its answer
                guest.sendall(data)

        receive = self._machine.cable(reply)
        with guest:
            while data := self._received(guest):
                receive(data)
        with self._lock:
            del self._guests[guest]

    @staticmethod
    def _received(guest: socket.socket) -> bytes:
        try:
            return guest.recv(65536)
        except OSError:
            return b""


class VirtualPrinter:
    """Machine, plug and control line in one: what `python -m hardware.printers.virtual` runs."""

    def __init__(self, out: Path, port: int = 0, *, width_dots: int = 576, host: str = "127.0.0.1") -> None:
        self.machine = Machine(NumberedFiles(out, ".png"), width_dots)
        try:
            self.plug = TcpCables(self.machine, port, host)
        except OSError as fault:
            self.machine.close()
            raise DeviceError(f"cannot listen on {host}:{port}: {fault.strerror}") from fault
        self.port = self.plug.port

    def set_faults(self, **changes: bool | float) -> None:
        """See Machine.set_faults."""
        self.machine.set_faults(**changes)

    def wait_for_slips(self, count: int, timeout: float) -> bool:
        """See Machine.wait_for_slips."""
        return self.machine.wait_for_slips(count, timeout)

    def obey(self, words: list[str]) -> str:
        """One line of control: `fault NAME on|off|SECONDS`, `power`, `report`."""
        match words:
            case ["fault", name, "on" | "off" as state]:
                self.set_faults(**{name: state == "on"})
                return ""
            case ["fault", "slow", seconds]:
                self.set_faults(slow=max(0.0, min(60.0, float(seconds))))
                return ""
            case ["power"]:
                self.plug.drop_connections()
                return ""
            case ["report"]:
                return f"slips={self.machine.slips.last} unknown={len(self.machine.unknown)} {self.machine.faults}"
        raise DeviceError("say: fault NAME on|off, fault slow SECONDS, power, report")

    def close(self) -> None:
        """Stop and join everything."""
        self.plug.close()
        self.machine.close()


@dataclass(frozen=True, slots=True)
class VirtualOptions:
    """A printer of software inside this program."""

    out: str = option("", doc="folder for the slips, empty = a new temporary folder")
    paper: str = option("80", doc="paper width in mm", choices=("58", "80"))
    mode: str = option("picture", doc="picture: any script; text: the printer's own type", choices=("picture", "text"))


class _OwnPrinter:
    """The usual network driver on a virtual printer of its own."""

    def __init__(self, name: str, options: VirtualOptions) -> None:
        folder = Path(options.out or tempfile.mkdtemp(prefix="hall-slips-"))
        self.name = name
        self.twin = VirtualPrinter(folder, width_dots=WIDTH[options.paper])
        self._driver = open_tcp(name, TcpOptions(port=self.twin.port, paper=options.paper, mode=options.mode))

    def health(self) -> Health:
        return self._driver.health()

    def print_slip(self, slip: Slip) -> None:
        self._driver.print_slip(slip)

    def close(self) -> None:
        self._driver.close()
        self.twin.close()


def open_virtual(name: str, options: VirtualOptions) -> TicketPrinter:
    """A virtual printer and its driver."""
    return _OwnPrinter(name, options)


def main(arguments: list[str] | None = None) -> int:
    """Print until SIGTERM or SIGINT; the first line on stdout says the ports."""
    parser = argparse.ArgumentParser(prog="python -m hardware.printers.virtual", description=__doc__)
    parser.add_argument("--port", type=int, default=9100, help="TCP port for slips, 0 = any")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNN.png")
    parser.add_argument("--paper", choices=tuple(WIDTH), default="80", help="paper width in mm")
    parser.add_argument("--control", type=int, default=0, help="TCP port of the control line, 0 = any")
    chosen = parser.parse_args(arguments)
    try:
        printer = VirtualPrinter(chosen.out, chosen.port, width_dots=WIDTH[chosen.paper], host=chosen.host)
    except (DeviceError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return be(printer, f"printer on {chosen.host}:{printer.port}", chosen.control)


if __name__ == "__main__":
    sys.exit(main())
