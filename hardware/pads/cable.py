"""What call pads and rating pads have in common in their settings: one serial line with several pads on it."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.bus.timing import Timing
from hardware.options import option
from hardware.transport.link import Transport


@dataclass(frozen=True, slots=True)
class CableOptions:
    """The cable and how it is spoken on."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    pads: str = option("1", doc='addresses of the pads on the cable, e.g. "1-8, 12"')
    baud: int = option(9600, doc="bits per second", low=300, high=921600)
    parity: str = option("none", doc="parity", choices=("none", "even", "odd"))
    wait: float = option(0.08, doc="seconds a pad may take to begin its answer", low=0.01, high=2)
    gap: float = option(0.0, doc="seconds of silence between frames, 0 = by the speed", low=0, high=1)

    def transport(self) -> Transport:
        """The serial line, not open yet."""
        from hardware.transport.serial import SerialTransport

        return SerialTransport(self.port, self.baud, parity=self.parity)

    def timing(self) -> Timing:
        """A parity bit makes each byte eleven bits long."""
        return Timing(self.baud, self.wait, self.gap, bits=10 if self.parity == "none" else 11)
