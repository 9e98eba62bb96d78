"""Plays on a chosen ALSA device through `aplay`, because a child process can always be stopped and never hangs us."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass

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
        self._code = 0
        self._fault: LoudspeakerError | None = None

    def play(self, wav: bytes) -> None:
        longest = duration_of(wav) + self._options.grace
        with self._turn, tempfile.TemporaryFile(prefix="hall-sound-") as file:
            file.write(wav)
            file.seek(0)
            try:
                self._run(file.fileno(), longest)
            except LoudspeakerError as fault:
                self._fault = fault
                raise
            self._fault = None

    def stop(self) -> None:
        with self._state:
            if self._child is not None:
                self._stopped = True
                self._child.kill()

    def health(self) -> Health:
        if shutil.which("aplay") is None:
            return Health(Condition.DOWN, "loudspeaker_missing", MISSING)
        fault = self._fault
        return Health(Condition.DOWN, fault.code, fault.detail) if fault else HEALTHY

    def close(self) -> None:
        self.stop()

    def _run(self, sound: int, longest: float) -> None:
        command = ["aplay", "-q", "-D", self._options.device, "-"]
        try:
            with self._state:
                self._stopped = False
                self._child = subprocess.Popen(command, stdin=sound, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            _, words = self._child.communicate(timeout=longest)
        except OSError as fault:
            raise LoudspeakerError(f"{MISSING} ({fault.strerror})", code="loudspeaker_missing") from fault
        except subprocess.TimeoutExpired:
            raise LoudspeakerError(f"{self._options.device} did not finish", code="loudspeaker_timeout") from None
        finally:
            self._forget()
        self._judge(words)

    def _forget(self) -> None:
        with self._state:
            child, self._child = self._child, None
            self._code = -1
            if child is not None:
                if child.poll() is None:
                    child.kill()
                self._code = child.wait()
                if child.stderr is not None:
                    child.stderr.close()

    def _judge(self, words: bytes) -> None:
        if self._code != 0 and not self._stopped:
            said = words.decode("utf-8", "replace").strip().splitlines()
            raise LoudspeakerError(f"{self._options.device}: {said[-1] if said else f'aplay ended with {self._code}'}")


def duration_of(wav: bytes) -> float:
    """Seconds of `wav`; raises LoudspeakerError when it is no sound."""
    try:
        return duration(wav)
    except DeviceError as fault:
        raise LoudspeakerError(fault.detail, code=fault.code) from fault


def open_aplay(name: str, options: AplayOptions) -> Loudspeaker:
    """A loudspeaker behind ALSA."""
    return AplayLoudspeaker(name, options)
