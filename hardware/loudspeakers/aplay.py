"""Plays on a chosen ALSA device through `aplay`, because a child process can always be stopped and never hangs us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from typing import IO

from hardware.errors import DeviceError, LoudspeakerError
from hardware.options import option
from hardware.ports import HEALTHY, Condition, Health, Loudspeaker
from hardware.sounds import duration

MISSING = "aplay cannot be run: install the Debian package alsa-utils"


@dataclass(frozen=True, slots=True)
class AplayOptions:
    """Where the sound goes; `aplay -L` lists the devices."""

    device: str = option("default", doc="ALSA device, e.g. default, plughw:1,0 or pulse")
    grace: float = option(4.0, doc="seconds a sound may take beyond its own length", low=0.1, high=60)


class AplayLoudspeaker:
    """One device, one sound at a time."""

    def __init__(self, name: str, options: AplayOptions) -> None:
        self.name = name
        self._options = options
        self._turn = threading.Lock()  # held while a sound plays
        self._state = threading.Lock()  # guards the two below
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._fault: LoudspeakerError | None = None

    def play(self, wav: bytes) -> None:
        longest = duration_of(wav) + self._options.grace
        with self._turn, tempfile.TemporaryFile() as sound, tempfile.TemporaryFile() as words:
            sound.write(wav)
            sound.seek(0)
            try:
                self._run(sound, words, longest)
            except LoudspeakerError as fault:
                self._fault = fault
                raise
            self._fault = None

    def stop(self) -> None:
        with self._state:
            if self._child is not None:
                self._stopped = True
                _kill(self._child)

    def health(self) -> Health:
        if shutil.which("aplay") is None:
            return Health(Condition.DOWN, "loudspeaker_missing", MISSING)
        fault = self._fault
        return Health(Condition.DOWN, fault.code, fault.detail) if fault else HEALTHY

    def close(self) -> None:
        self.stop()

    def _run(self, sound: IO[bytes], words: IO[bytes], longest: float) -> None:
        child = self._started(sound, words)
        try:
            code = child.wait(longest)
        except subprocess.TimeoutExpired:
            raise LoudspeakerError(f"{self._options.device} did not finish", code="loudspeaker_timeout") from None
        finally:
            with self._state:
                self._child = None
                _kill(child)
        if code != 0 and not self._stopped:
            words.seek(0)
            said = words.read(4096).decode("utf-8", "replace").strip().splitlines() or [f"aplay ended with {code}"]
            raise LoudspeakerError(f"{self._options.device}: {said[-1]}")

    def _started(self, sound: IO[bytes], words: IO[bytes]) -> subprocess.Popen[bytes]:
        """What aplay says goes to a file, not a pipe: ALSA's own children would hold a pipe open after its death."""
        command = ["aplay", "-q", "-D", self._options.device, "-"]
        with self._state:
            self._stopped = False
            try:
                self._child = subprocess.Popen(
                    command, stdin=sound, stdout=subprocess.DEVNULL, stderr=words, start_new_session=True
                )
            except OSError as fault:
                raise LoudspeakerError(f"{MISSING} ({fault.strerror})", code="loudspeaker_missing") from fault
            return self._child


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End aplay and the helpers ALSA started for it; nothing to do when it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def duration_of(wav: bytes) -> float:
    """Seconds of `wav`; raises LoudspeakerError when it is no sound."""
    try:
        return duration(wav)
    except DeviceError as fault:
        raise LoudspeakerError(fault.detail, code=fault.code) from fault


def open_aplay(name: str, options: AplayOptions) -> Loudspeaker:
    """A loudspeaker behind ALSA."""
    return AplayLoudspeaker(name, options)
