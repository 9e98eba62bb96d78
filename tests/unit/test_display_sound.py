"""The loudspeaker threads: one sound at a time, the emergency at once, the chime when the voice fails, never a hang."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from display.announcer import Announcement, Announcer, Rank
from display.phrases import Utterance
from display.sound import Reach, Said, SoundDesk, ZonePlayer
from display.speaker import Speaker
from hardware.errors import LoudspeakerError, VoiceError
from hardware.ports import HEALTHY, Health

_NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
_WAIT = 10.0


def _item(key: str, sequence: int = 1, rank: Rank = Rank.ORDINARY) -> Announcement:
    words = (Utterance(key, "en"),)
    return Announcement(key, rank, sequence, _NOW + timedelta(seconds=90), words, words)


def _jingle(sentences: Sequence[bytes]) -> bytes:
    return b"|".join((b"chime", *sentences))


class Loud:
    """A loudspeaker whose sounds last until the test ends them."""

    def __init__(self, name: str = "zone") -> None:
        self.name = name
        self.played: list[bytes] = []
        self.fault: LoudspeakerError | None = None
        self.started = threading.Semaphore(0)
        self._stop = threading.Event()
        self._busy = threading.Lock()

    def play(self, wav: bytes) -> None:
        assert self._busy.acquire(blocking=False), "two sounds at once"
        self._stop.clear()
        self.played.append(wav)
        self.started.release()
        try:
            if self.fault is not None:
                raise self.fault
            assert self._stop.wait(_WAIT), "nobody ended the sound"
        finally:
            self._busy.release()

    def stop(self) -> None:
        self._stop.set()

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        self.stop()

    def wait_started(self) -> None:
        assert self.started.acquire(timeout=_WAIT), "no sound began"


class Tongue:
    """A voice that says its text as bytes, or fails, or hangs."""

    name = "tongue"

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.broken = False
        self.stuck: threading.Event | None = None
        self.threads: set[int] = set()

    def render(self, text: str, language: str) -> bytes:
        self.threads.add(threading.get_ident())
        self.rendered.append(text)
        if self.stuck is not None:
            self.stuck.wait(_WAIT)
        if self.broken:
            raise VoiceError("no voice")
        return text.encode()

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        self.broken = True


class Outcomes:
    """What was said, waited for and not slept for."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self._more = threading.Semaphore(0)

    def __call__(self, said: Said) -> None:
        self.said.append(said)
        self._more.release()

    def wait(self) -> Said:
        assert self._more.acquire(timeout=_WAIT), "nothing was said"
        return self.said[-1]


@contextmanager
def _player(loud: Loud, voice: Tongue, outcomes: Outcomes, longest: float = 5.0) -> Iterator[ZonePlayer]:
    with ExitStack() as stack:
        speaker = Speaker(voice, longest)
        stack.callback(speaker.close)
        player = ZonePlayer(loud, speaker, _jingle, Announcer(), clock=lambda: _NOW, said=outcomes)
        stack.callback(player.close)
        player.start()
        yield player
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("sound-")]


@pytest.fixture
def loud() -> Loud:
    return Loud()


@pytest.fixture
def voice() -> Tongue:
    return Tongue()


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes()


def test_announcements_follow_one_another(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    with _player(loud, voice, outcomes) as player:
        for at, key in enumerate("abc"):
            player.offer(_item(key, at))
        for key in "abc":
            loud.wait_started()
            assert loud.played[-1] == f"chime|{key}".encode()
            loud.stop()
            assert outcomes.wait().announcement.key == key
    assert len(voice.threads) == 1


def test_an_emergency_cuts_in_and_the_call_comes_again(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    with _player(loud, voice, outcomes) as player:
        player.offer(_item("a"))
        loud.wait_started()
        player.offer(_item("fire", 2, Rank.URGENT))
        loud.wait_started()
        assert loud.played == [b"chime|a", b"chime|fire"]
        loud.stop()
        assert outcomes.wait().announcement.key == "fire"
        loud.wait_started()
        assert loud.played[-1] == b"chime|a"
        loud.stop()
        assert outcomes.wait().announcement.key == "a"


def test_an_emergency_that_meets_a_sound_about_to_start_is_pressed_through(
    loud: Loud, voice: Tongue, outcomes: Outcomes
) -> None:
    stop, deaf = loud.stop, threading.Event()
    loud.stop = lambda: None if not deaf.is_set() else stop()  # type: ignore[method-assign] # the first stop is lost
    with _player(loud, voice, outcomes) as player:
        player.offer(_item("a"))
        loud.wait_started()
        player.offer(_item("fire", 2, Rank.URGENT))
        deaf.set()
        player.press()
        loud.wait_started()
        assert loud.played[-1] == b"chime|fire"


def test_a_voice_that_fails_leaves_the_chime(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    voice.broken = True
    with _player(loud, voice, outcomes) as player:
        player.offer(_item("a"))
        loud.wait_started()
        loud.stop()
        said = outcomes.wait()
        assert (said.spoken, said.fault) == (False, "")
        assert loud.played == [b"chime"]
        assert player.fault == "voice_error"


def test_a_voice_that_hangs_costs_one_wait_and_never_the_screen(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    voice.stuck = threading.Event()
    with _player(loud, voice, outcomes, longest=0.2) as player:
        for at, key in enumerate("ab"):
            player.offer(_item(key, at))
        for _ in "ab":
            loud.wait_started()
            loud.stop()
            assert not outcomes.wait().spoken
        assert voice.rendered == ["a"], "the second did not even ask"
        voice.stuck.set()


def test_a_broken_loudspeaker_is_a_status_that_goes_away(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    with _player(loud, voice, outcomes) as player:
        loud.fault = LoudspeakerError("unplugged")
        player.offer(_item("a"))
        assert outcomes.wait().fault == "loudspeaker_error"
        assert player.fault == "loudspeaker_error"
        loud.fault = None
        loud.wait_started()
        player.offer(_item("b", 2))
        loud.wait_started()
        loud.stop()
        assert outcomes.wait().spoken
        assert player.fault == ""


def test_closing_ends_a_sound_in_the_middle(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    with _player(loud, voice, outcomes) as player:
        player.offer(_item("a"))
        loud.wait_started()
    assert outcomes.said == []


def test_withdrawn_while_it_waits_it_is_not_said(loud: Loud, voice: Tongue, outcomes: Outcomes) -> None:
    with _player(loud, voice, outcomes) as player:
        player.offer(_item("a"))
        loud.wait_started()
        player.offer(_item("b", 2))
        player.offer(_item("c", 3))
        player.withdraw("b")
        loud.stop()
        outcomes.wait()
        loud.wait_started()
        assert loud.played[-1] == b"chime|c"


def _reached(reach: Reach) -> Callable[..., bool]:
    return lambda *zones: reach.covers(zones)


def test_a_loudspeaker_speaks_to_its_zones() -> None:
    one, all_but = _reached(Reach(only=frozenset({"a"}))), _reached(Reach(without=frozenset({"a"})))
    assert (one("a"), one("a", "b"), one("b"), one()) == (True, True, False, True)
    assert (all_but("a"), all_but("a", "b"), all_but("b"), all_but()) == (False, True, True, True)
    assert _reached(Reach())("anything")


def test_neighbours_say_different_things_at_the_same_time(voice: Tongue, outcomes: Outcomes) -> None:
    left, right = Loud("left"), Loud("right")
    speaker = Speaker(voice)
    players = [
        (
            Reach(only=frozenset({loud.name})),
            ZonePlayer(loud, speaker, _jingle, Announcer(), clock=lambda: _NOW, said=outcomes),
        )
        for loud in (left, right)
    ]
    desk = SoundDesk(players)
    desk.start()
    try:
        desk.offer(_item("a", 1), ["left"])
        desk.offer(_item("b", 2), ["right"])
        left.wait_started()
        right.wait_started()
        assert (left.played, right.played) == ([b"chime|a"], [b"chime|b"])
        assert not desk.is_mute
        assert desk.faults == ()
    finally:
        desk.close()
        speaker.close()
    assert len(voice.threads) == 1, "one voice, one thread"
