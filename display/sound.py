"""The loudspeakers of a display: a thread each says its zone's announcements one after another, the emergency at once.

A voice that fails leaves the chime; a loudspeaker that fails is a status. Nothing here ever stops the screen.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from display.announcer import Announcement, Announcer
from display.phrases import Utterance
from hardware.errors import DeviceError
from hardware.ports import Condition, Loudspeaker

log = logging.getLogger(__name__)

HallClock = Callable[[], datetime]
"""The server's time in the hall's time zone."""
Jingle = Callable[[Sequence[bytes]], bytes]
"""One WAV: the chime, then these sentences with short pauses between; with no sentences the chime alone."""


class Renders(Protocol):
    """Whoever turns sentences into WAVs; raises on failure."""

    def render(self, words: Sequence[Utterance]) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one announcement: `spoken` False = only the chime; `fault` is a code when nothing was heard."""

    announcement: Announcement
    loudspeaker: str
    spoken: bool
    fault: str = ""


class ZonePlayer:
    """One loudspeaker and its line of announcements. All methods are safe from any thread and never block on sound."""

    def __init__(
        self,
        loudspeaker: Loudspeaker,
        speaker: Renders,
        jingle: Jingle,
        announcer: Announcer,
        *,
        clock: HallClock,
        said: Callable[[Said], None],
    ) -> None:
        self._loudspeaker = loudspeaker
        self._speaker = speaker
        self._jingle = jingle
        self._announcer = announcer
        self._clock = clock
        self._said = said
        self._cutting = False
        self._closed = False
        self._fault = ""
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"sound-{loudspeaker.name}", daemon=True)

    def start(self) -> None:
        """Begin to speak; call once."""
        self._thread.start()

    @property
    def fault(self) -> str:
        """Code of what is wrong with this loudspeaker, empty when the last sound was heard."""
        return self._fault

    @property
    def dropped(self) -> int:
        return self._announcer.dropped

    def offer(self, announcement: Announcement) -> None:
        with self._changed:
            self._announcer = self._announcer.offered(announcement, self._clock())
            cut = self._announcer.must_cut
            self._cutting = self._cutting or cut
            self._changed.notify()
        if cut:
            self._loudspeaker.stop()

    def withdraw(self, key: str) -> None:
        with self._changed:
            self._announcer = self._announcer.withdrawn(key)

    def press(self) -> None:
        """Call now and then: an emergency that found the sound just about to start stops it here."""
        if self._cutting or self._closed:
            self._loudspeaker.stop()

    def close(self) -> None:
        """Cut what is being said and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        for _ in range(50):
            self._loudspeaker.stop()
            if self._thread.is_alive():
                self._thread.join(0.2)
            if not self._thread.is_alive():
                self._loudspeaker.close()
                return
        log.warning("loudspeaker %s does not stop", self._loudspeaker.name)

    # -- the thread of this loudspeaker

    def _work(self) -> None:
        self._prepare()
        while (announcement := self._next()) is not None:
            outcome = self._say(announcement)
            with self._changed:
                cut, self._cutting = self._cutting, False
                self._announcer = self._announcer.cut() if cut else self._announcer.ended()
            if not cut and not self._closed:
                self._said(outcome)

    def _prepare(self) -> None:
        """Make the first call as quick as the others, and know at once when nothing would be heard."""
        health = self._loudspeaker.health()
        if health.condition is Condition.DOWN:
            self._fault = health.code
            log.warning("loudspeaker %s: %s", self._loudspeaker.name, health.detail)
        self._jingle(())

    def _next(self) -> Announcement | None:
        with self._changed:
            while not self._closed:
                self._announcer = self._announcer.begun(self._clock())
                if self._announcer.playing is not None:
                    return self._announcer.playing
                self._changed.wait()
        return None

    def _say(self, announcement: Announcement) -> Said:
        spoken, sound = self._sound(self._announcer.words)
        if self._cutting or self._closed:
            return Said(announcement, self._loudspeaker.name, spoken)
        try:
            self._loudspeaker.play(sound)
        except Exception as error:  # noqa: BLE001 - a driver's surprise too is only a status: the screen has flashed
            self._fault = error.code if isinstance(error, DeviceError) else "loudspeaker_error"
            log.warning("loudspeaker %s: %s", self._loudspeaker.name, error)
            return Said(announcement, self._loudspeaker.name, spoken=False, fault=self._fault)
        self._fault = "" if spoken else "voice_error"
        return Said(announcement, self._loudspeaker.name, spoken)

    def _sound(self, words: Sequence[Utterance]) -> tuple[bool, bytes]:
        try:
            return True, self._jingle(self._speaker.render(words))
        except Exception as error:  # noqa: BLE001 - whatever the voice's trouble, people hear the chime and look up
            log.warning("the voice failed, only the chime is played: %s", error)
            return False, self._jingle(())


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a loudspeaker speaks to: `only` these zones (empty = all), but not the zones in `without`."""

    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def covers(self, zones: Sequence[str]) -> bool:
        """Whether something for `zones` (none = the whole hall) is for this loudspeaker."""
        meant = frozenset(zones) - self.without
        return not zones or bool(meant & self.only if self.only else meant)


class SoundDesk:
    """All loudspeakers of this display."""

    def __init__(self, players: Sequence[tuple[Reach, ZonePlayer]]) -> None:
        self._players = tuple(players)

    def start(self) -> None:
        for _, player in self._players:
            player.start()

    def offer(self, announcement: Announcement, zones: Sequence[str]) -> None:
        """Hand it to every loudspeaker of `zones`; without zones it is for the whole hall."""
        for reach, player in self._players:
            if reach.covers(zones):
                player.offer(announcement)

    def withdraw(self, key: str) -> None:
        for _, player in self._players:
            player.withdraw(key)

    def press(self) -> None:
        for _, player in self._players:
            player.press()

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(player.fault for _, player in self._players if player.fault)

    @property
    def dropped(self) -> int:
        return sum(player.dropped for _, player in self._players)

    @property
    def is_mute(self) -> bool:
        """True when there are loudspeakers and none of them is heard."""
        return bool(self._players) and all(player.fault for _, player in self._players)

    def close(self) -> None:
        for _, player in self._players:
            player.close()
