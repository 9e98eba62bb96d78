"""Opens the voice and the loudspeakers the settings name and joins them into the display's sound desk. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from display.announcer import Announcer
from display.settings import DisplaySettings
from display.sound import HallClock, Reach, Said, SoundDesk, ZonePlayer
from display.speaker import Speaker
from hardware import registry, sounds

PAUSE_SECONDS: Final = 0.45
"""Between chime and sentence, and between sentences."""


def sound_desk(
    settings: DisplaySettings,
    *,
    clock: HallClock,
    said: Callable[[Said], None],
    stack: ExitStack,
) -> SoundDesk:
    """The loudspeakers of this display, not yet speaking; none of them when sound is off."""
    chosen = _loudspeakers(settings)
    if not chosen:
        return SoundDesk(())
    speaker = Speaker(registry.open_voice(settings.voice))
    stack.callback(speaker.close)
    announcer = Announcer(quiet=settings.quiet_hours)
    desk = SoundDesk(
        [
            (reach, ZonePlayer(registry.open_loudspeaker(own), speaker, jingle, announcer, clock=clock, said=said))
            for reach, own in chosen
        ]
    )
    stack.callback(desk.close)
    return desk


def jingle(sentences: Sequence[bytes]) -> bytes:
    """One WAV: the chime, then the sentences with pauses between; raises hardware.errors.DeviceError."""
    return sounds.join(sounds.chime(), *sentences, gap=PAUSE_SECONDS)


def _loudspeakers(settings: DisplaySettings) -> list[tuple[Reach, Mapping[str, object]]]:
    """Each loudspeaker with its reach; a zone with one of its own is not served by the common one."""
    if not settings.sound:
        return []
    chosen: list[tuple[Reach, Mapping[str, object]]] = [
        (Reach(only=frozenset({zone})), own) for zone, own in settings.loudspeakers.items()
    ]
    if settings.loudspeaker:
        chosen.insert(0, (Reach(without=frozenset(settings.loudspeakers)), settings.loudspeaker))
    return chosen
