"""How long bytes take on a cable: what paces a driver, and what says beforehand how quick a hall's bars can be."""

from __future__ import annotations

from dataclasses import dataclass

QUIET_CHARACTERS = 3.5
"""The silence that ends a frame on Modbus lines; others ask for less."""
LEAST_QUIET = 0.00175


@dataclass(frozen=True, slots=True)
class Timing:
    """One cable. `baud` 0 means that bytes take no time that matters (a network).

    `gap`: seconds of silence between two frames, 0 = three and a half characters. `wait`: seconds a device may take
    before it begins to answer. `bits`: of one byte on the cable, 10 for 8N1.
    """

    baud: int
    wait: float
    gap: float = 0.0
    bits: int = 10

    def seconds(self, size: int) -> float:
        """How long `size` bytes are on the cable."""
        return size * self.bits / self.baud if self.baud else 0.0

    @property
    def quiet(self) -> float:
        """Seconds between two frames."""
        if self.gap or not self.baud:
            return self.gap
        return max(LEAST_QUIET, self.seconds(1) * QUIET_CHARACTERS)

    def exchange(self, request: int, answer: int, turnaround: float) -> float:
        """Seconds for one request of so many bytes and its answer (0 bytes = none) after `turnaround` seconds."""
        answered = turnaround + self.quiet + self.seconds(answer) if answer else 0.0
        return self.quiet + self.seconds(request) + answered
