"""A loudspeaker of software: leaves each sound as a file and takes as long as hearing it would."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from hardware.errors import DeviceError, LoudspeakerError
from hardware.numbered import NumberedFiles
from hardware.options import option
from hardware.ports import HEALTHY, Health, Loudspeaker
from hardware.sounds import duration


@dataclass(frozen=True, slots=True)
class FileLoudspeakerOptions:
    """Where the sounds go and how fast time runs."""

    out: str = option("", doc="folder for NNNN.wav, empty = a new temporary folder")
    pace: float = option(1.0, doc="1 = real time, 0 = at once", low=0.0, high=10.0)


class FileLoudspeaker:
    """One sound at a time, stoppable, like a real one."""

    def __init__(self, name: str, options: FileLoudspeakerOptions) -> None:
        self.name = name
        self._pace = options.pace
        self._files = NumberedFiles(Path(options.out or tempfile.mkdtemp(prefix="hall-sounds-")), ".wav")
        self._turn = threading.Lock()
        self._state = threading.Lock()
        self._stop: threading.Event | None = None

    def play(self, wav: bytes) -> None:
        try:
            seconds = duration(wav) * self._pace
        except DeviceError as fault:
            raise LoudspeakerError(fault.detail, code=fault.code) from fault
        with self._turn:
            stop = threading.Event()
            with self._state:
                self._stop = stop
            try:
                self._files.write(wav)
            except OSError as fault:
                raise LoudspeakerError(f"cannot write the sound: {fault.strerror}") from fault
            stop.wait(seconds)
            with self._state:
                self._stop = None

    def stop(self) -> None:
        with self._state:
            if self._stop is not None:
                self._stop.set()

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        self.stop()


def open_file_loudspeaker(name: str, options: FileLoudspeakerOptions) -> Loudspeaker:
    """A loudspeaker into files."""
    return FileLoudspeaker(name, options)
