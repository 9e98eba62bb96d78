"""Bytes over a serial line with bounded writes; python-escpos's own serial class can block for ever in a write."""

from __future__ import annotations

import contextlib
import termios

import serial

from hardware.errors import LinkError

# pyserial lets the last ones out after an unplug
_FAULTS = (serial.SerialException, OSError, ValueError, TypeError, termios.error)


class SerialTransport:
    """One serial port, 8N1 unless said otherwise; also USB-CDC, CH340 and pseudo-terminals."""

    two_way = True

    def __init__(
        self, port: str, baud: int, *, parity: str = "none", xonxoff: bool = False, rtscts: bool = False
    ) -> None:
        self._port = port
        self._baud = baud
        self._parity = {"none": "N", "even": "E", "odd": "O"}[parity]
        self._xonxoff = xonxoff
        self._rtscts = rtscts
        self._line: serial.Serial | None = None

    def describe(self) -> str:
        return f"{self._port}@{self._baud}"

    @property
    def is_open(self) -> bool:
        return self._line is not None

    def open(self) -> None:
        self.close()
        try:
            self._line = serial.Serial(
                self._port,
                self._baud,
                parity=self._parity,
                xonxoff=self._xonxoff,
                rtscts=self._rtscts,
                timeout=0,
                write_timeout=1,
                exclusive=True,
            )
        except _FAULTS as fault:
            raise LinkError(f"{self._port}: {fault}") from fault

    def write(self, data: bytes, timeout: float) -> None:
        line = self._opened()
        try:
            line.write_timeout = timeout + len(data) * 11 / self._baud  # the line itself takes its time
            line.write(data)
        except _FAULTS as fault:
            raise LinkError(f"{self._port}: {fault}") from fault

    def read(self, size: int, timeout: float) -> bytes:
        line = self._opened()
        try:
            line.timeout = timeout
            first: bytes = line.read(1)
            if not first or size == 1:
                return first
            line.timeout = 0
            rest: bytes = line.read(size - 1)
        except _FAULTS as fault:
            raise LinkError(f"{self._port}: {fault}") from fault
        return first + rest

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(*_FAULTS):
                line.reset_output_buffer()  # else closing waits until a dead device has taken the rest
            with contextlib.suppress(*_FAULTS):
                line.close()

    def _opened(self) -> serial.Serial:
        if self._line is None:
            raise LinkError(f"{self._port}: not open")
        return self._line
