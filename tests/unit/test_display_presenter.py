"""The display between hall, glass and loudspeakers, without Qt: what is heard is shown, said once, and reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from contract.bodies import Broadcast, Snapshot, TakeTicket
from contract.client.fake import FakeHall
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.errors import HallError
from contract.events import WireEvent
from display.announcer import Announcement, Rank
from display.board import Board
from display.linkwatch import LOST_SECONDS, UNSURE_SECONDS
from display.presenter import REFETCH_SECONDS, SOUND_AFTER_SECONDS, DisplayOptions, DisplayPresenter
from display.screen import Link, Screen
from display.sound import Said
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs

_WINDOW = next(window for window in SAMPLE_HALL.windows if window.serves)
_SERVICE = next(service for service in SAMPLE_HALL.services if service.queue == _WINDOW.serves[0])


class Glass:
    """Remembers every screen."""

    def __init__(self) -> None:
        self.screens: list[Screen] = []

    def show_screen(self, screen: Screen) -> None:
        self.screens.append(screen)


class Desk:
    """Loudspeakers that only remember."""

    is_mute = False

    def __init__(self) -> None:
        self.offered: list[Announcement] = []
        self.zones: list[tuple[str, ...]] = []
        self.withdrawn: list[str] = []
        self.presses = 0

    def offer(self, announcement: Announcement, zones: Sequence[str]) -> None:
        self.offered.append(announcement)
        self.zones.append(tuple(zones))

    def withdraw(self, key: str) -> None:
        self.withdrawn.append(key)

    def press(self) -> None:
        self.presses += 1


class Bars:
    """Window bars that only remember which boards they were told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[Board, float]] = []

    def tell(self, board: Board, seconds: float) -> None:
        self.told.append((board, seconds))


class Rig:
    """A presenter before a fake hall whose clock is the test's."""

    def __init__(
        self, options: DisplayOptions | None = None, *, subscribed: bool = True, time: ManualScheduler | None = None
    ) -> None:
        self.time = time or ManualScheduler()
        server = ManualScheduler()
        self.hall = FakeHall(now=lambda: server.now() + timedelta(seconds=self.time.monotonic()))
        self.hall.login(CLERK.user, CLERK.password)
        self.hall.open_window(_WINDOW.id)
        self.glass, self.desk = Glass(), Desk()
        self.reports: list[Mapping[str, object]] = []
        self.fetches: list[Callable[[], Snapshot]] = []
        self.bars = Bars()
        self.presenter = DisplayPresenter(
            options or DisplayOptions(),
            self.glass,
            self.desk,
            scheduler=self.time,
            jobs=InlineJobs(),
            fetch=self._fetch,
            report=self.reports.append,
            bars=self.bars,
        )
        self.presenter.start()
        if subscribed:
            self.hall.subscribe(self._hear)
        self.presenter.heard_snapshot(self.hall.snapshot())
        self.presenter.heard_live(True)

    def _hear(self, event: WireEvent) -> None:
        """The event, and the moment after it in which the loudspeakers get their part."""
        self.presenter.heard_event(event)
        self.time.advance(SOUND_AFTER_SECONDS)

    def _fetch(self) -> Snapshot:
        return self.fetches.pop(0)() if self.fetches else self.hall.snapshot()

    def call(self) -> str:
        self.hall.take_ticket(TakeTicket(service=_SERVICE.id))
        call = self.hall.call_next(_WINDOW.id)
        assert call is not None
        return call.ticket.number

    @property
    def screen(self) -> Screen:
        return self.glass.screens[-1]


def test_a_call_is_shown_and_said() -> None:
    rig = Rig(DisplayOptions(also_spoken="en"))
    number = rig.call()
    (line,) = rig.screen.calls
    assert (line.number, line.label, line.highlighted, line.flashes) == (number, _WINDOW.label, True, True)
    (said,) = rig.desk.offered
    assert [words.language for words in said.full] == ["zh-CN", "zh-CN", "en"]
    assert len(said.brief) == 1
    assert said.rank is Rank.ORDINARY
    assert rig.desk.zones == [(_WINDOW.zone,)]


def test_a_recall_is_said_before_first_calls() -> None:
    rig = Rig()
    rig.call()
    rig.hall.recall(_WINDOW.id)
    assert [said.rank for said in rig.desk.offered] == [Rank.ORDINARY, Rank.RECALL]
    assert "再次" in rig.desk.offered[1].full[0].text


def test_whoever_comes_to_the_window_is_not_called_any_more() -> None:
    rig = Rig()
    rig.call()
    rig.hall.start(_WINDOW.id)
    assert rig.desk.withdrawn == [rig.desk.offered[0].key]


def test_the_highlight_ends_after_twenty_seconds() -> None:
    rig = Rig()
    rig.call()
    rig.time.advance(19)
    assert rig.screen.calls[0].highlighted
    assert not rig.screen.calls[0].flashes
    rig.time.advance(2)
    assert not rig.screen.calls[0].highlighted


def test_a_restart_shows_everything_and_says_nothing() -> None:
    rig = Rig()
    number = rig.call()
    desk, glass = Desk(), Glass()
    again = DisplayPresenter(
        DisplayOptions(),
        glass,
        desk,
        scheduler=rig.time,
        jobs=InlineJobs(),
        fetch=rig.hall.snapshot,
        report=rig.reports.append,
    )
    again.heard_snapshot(rig.hall.snapshot())
    assert [line.number for line in glass.screens[-1].calls] == [number]
    assert glass.screens[-1].windows == rig.screen.windows
    assert desk.offered == []


def test_a_call_is_reported_once_when_it_is_first_painted() -> None:
    rig = Rig()
    number = rig.call()
    key = rig.screen.calls[0].key
    rig.time.advance(0.25 - SOUND_AFTER_SECONDS)
    rig.presenter.painted([key, ("another", 1)])
    rig.presenter.painted([key])
    assert rig.reports == [
        {
            "event": "shown",
            "number": number,
            "window": _WINDOW.id,
            "sequence": key[1],
            "call_to_screen_ms": 250.0,
        }
    ]


def test_an_announcement_is_reported_and_a_failed_one_is_not_called_announced() -> None:
    rig = Rig()
    number = rig.call()
    rig.presenter.announced(Said(rig.desk.offered[0], "zone 1", spoken=True))
    rig.presenter.announced(Said(rig.desk.offered[0], "zone 1", spoken=False, fault="loudspeaker_error"))
    assert [(line["event"], line["number"]) for line in rig.reports] == [
        ("announced", number),
        ("not_announced", number),
    ]


def test_a_broadcast_is_said_and_runs_at_the_foot_until_it_expires() -> None:
    rig = Rig()
    rig.hall.broadcast(Broadcast(text="请移车", expires_in_seconds=60))
    assert rig.screen.broadcasts == ("请移车",)
    assert [words.text for words in rig.desk.offered[0].full] == ["请移车"]
    rig.time.advance(61)
    assert rig.screen.broadcasts == ()


def test_an_emergency_takes_the_screen_and_is_said_twice() -> None:
    rig = Rig()
    rig.hall.broadcast(Broadcast(text="请疏散", urgent=True, expires_in_seconds=60))
    assert rig.screen.urgent == "请疏散"
    assert rig.desk.offered[0].rank is Rank.URGENT
    assert len(rig.desk.offered[0].full) == 2


def test_the_screen_says_how_true_it_is() -> None:
    rig = Rig()
    assert rig.screen.link is Link.LIVE
    rig.presenter.heard_live(False)
    assert rig.screen.link is Link.LIVE, "a reconnection nobody notices is not worth a word"
    rig.presenter.heard_snapshot(rig.hall.snapshot())
    rig.time.advance(UNSURE_SECONDS + 1)
    assert rig.screen.link is Link.DELAYED
    rig.time.advance(LOST_SECONDS)
    assert rig.screen.link is Link.LOST
    assert rig.screen.link_since is not None
    rig.presenter.heard_snapshot(rig.hall.snapshot())
    rig.presenter.heard_live(True)
    assert rig.screen.link is Link.LIVE


def test_before_the_first_snapshot_nothing_is_pretended() -> None:
    time, glass = ManualScheduler(), Glass()
    hall = FakeHall(now=time.now)
    presenter = DisplayPresenter(
        DisplayOptions(),
        glass,
        Desk(),
        scheduler=time,
        jobs=InlineJobs(),
        fetch=hall.snapshot,
        report=lambda _: None,
    )
    presenter.start()
    time.advance(60)
    assert {screen.link for screen in glass.screens} == {Link.CONNECTING}


def _published(sequence: int, rig: Rig) -> WireEvent:
    return WireEvent(
        id="e", source="t", type="config.published", time=rig.time.now(), sequence=sequence, data={"version": 2}
    )


def test_a_new_configuration_is_fetched_again_and_again_until_it_comes() -> None:
    rig = Rig(subscribed=False)

    def refuse() -> Snapshot:
        raise HallError("server_unreachable")

    rig.fetches = [refuse, lambda: rig.hall.snapshot().model_copy(update={"seq": 50, "names": {"en": "New name"}})]
    rig.presenter.heard_event(_published(rig.presenter.board.seq + 1, rig))
    rig.time.advance(SOUND_AFTER_SECONDS)
    assert rig.screen.hall != "New name"
    rig.time.advance(REFETCH_SECONDS)
    assert rig.screen.hall == "New name"


def test_a_snapshot_overtaken_by_events_is_not_believed() -> None:
    rig = Rig(subscribed=False)
    old, new = rig.hall.snapshot(), rig.hall.snapshot().model_copy(update={"seq": 99})
    rig.fetches = [lambda: old, lambda: new]
    rig.presenter.heard_event(_published(40, rig))
    rig.time.advance(SOUND_AFTER_SECONDS)
    assert rig.presenter.board.seq == 99


def test_lists_turn_their_page_also_while_calls_come_all_the_time() -> None:
    rig = Rig(DisplayOptions(page_seconds=4))
    rig.time.advance(9)
    assert rig.screen.turn == 2
    assert rig.desk.presses == 9
    for _ in range(9):
        rig.call()
        rig.hall.start(_WINDOW.id)
        rig.hall.finish(_WINDOW.id)
        rig.time.advance(1)
    assert rig.screen.turn == 4


def test_nothing_is_drawn_again_while_nothing_changes() -> None:
    rig = Rig(DisplayOptions(page_seconds=120))
    drawn = len(rig.glass.screens)
    rig.time.advance(20)
    assert len(rig.glass.screens) - drawn <= 1, "at most the clock's minute"


@pytest.mark.parametrize("known", [True, False])
def test_a_window_bar_shows_its_own_window_or_says_that_it_has_none(known: bool) -> None:
    rig = Rig(DisplayOptions(window=_WINDOW.id if known else "no-such-window"))
    number = rig.call()
    assert [line.number for line in rig.screen.windows] == ([number] if known else [])
    assert rig.screen.calls == ()
    if known:
        rig.presenter.painted([rig.screen.windows[0].key or ("", 0)])
        assert [line["event"] for line in rig.reports] == ["shown"]


class Jumping(ManualScheduler):
    """A clock that somebody sets while the display runs."""

    jump = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.jump


@pytest.mark.parametrize("hours", [-3, 3])
def test_setting_the_devices_clock_changes_nothing(hours: int) -> None:
    time = Jumping()
    rig = Rig(time=time)
    rig.call()
    clock = rig.screen.clock
    time.jump = timedelta(hours=hours)
    time.advance(10)
    assert rig.screen.calls[0].highlighted
    time.advance(11)
    assert not rig.screen.calls[0].highlighted
    assert rig.screen.clock == clock


def test_the_time_shown_and_used_is_the_halls() -> None:
    rig = Rig()
    late = rig.hall.snapshot().model_copy(update={"time": rig.time.now() + timedelta(hours=5)})
    rig.presenter.heard_snapshot(late)
    assert rig.presenter.hall_now() == rig.time.now() + timedelta(hours=5)
    assert f"{rig.screen.clock:%H:%M}" == f"{rig.presenter.hall_now():%H:%M}"


def test_bars_hear_of_a_call_and_of_time_but_of_nothing_while_the_hall_is_lost() -> None:
    rig = Rig()
    number = rig.call()
    assert rig.bars.told[-1][0].windows[_WINDOW.id].number == number
    before = len(rig.bars.told)
    rig.time.advance(3)
    assert len(rig.bars.told) >= before + 3
    rig.presenter.heard_live(False)
    rig.time.advance(LOST_SECONDS + 1)
    assert rig.screen.link is Link.LOST
    before = len(rig.bars.told)
    rig.time.advance(30)
    assert len(rig.bars.told) == before
