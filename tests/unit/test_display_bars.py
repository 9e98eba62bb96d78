"""The LED bars over the windows: the call, who is served, the break, the welcome; told once, and again in time."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from contract.bodies import TakeTicket
from contract.client.fake import FakeHall
from contract.client.sample import CLERK, SAMPLE_HALL
from display.bars import FORGET_SECONDS, RETELL_SECONDS, LedBars, Overhead, columns
from display.board import Board
from display.settings import DisplaySettings
from display.ui.words import Words
from hallui.scheduler import ManualScheduler
from hardware.errors import BarError
from hardware.ports import HEALTHY, BarAbility, BarLine, Colour, Effect, Health

_WINDOW = next(window for window in SAMPLE_HALL.windows if window.serves)
_SERVICE = next(service for service in SAMPLE_HALL.services if service.queue == _WINDOW.serves[0])
Told = tuple[int, str, Colour, Effect, bool]


class Cable:
    """Bars that only remember; `columns` of room."""

    name = "bars"

    def __init__(self, room: int) -> None:
        self.ability = BarAbility(lines=1, columns=room, charset="gb2312")
        self.told: list[Told] = []
        self.seconds: list[float] = []

    def show(self, address: int, lines: Sequence[BarLine], *, seconds: float = 0.0, called: bool = False) -> None:
        if address > 99:
            raise BarError("no such address")
        (line,) = lines
        self.told.append((address, line.text, line.colour, line.effect, called))
        self.seconds.append(seconds)

    def clear(self, address: int) -> None: ...
    def brightness(self, address: int, percent: int) -> None: ...
    def close(self) -> None: ...

    def ping(self, address: int) -> Health:
        return HEALTHY

    def health(self) -> Health:
        return HEALTHY

    def health_of(self, address: int) -> Health:
        return HEALTHY


class Rig:
    """A hall with one window and its bar at address 3."""

    def __init__(self, room: int = 20, *, welcome: str = "欢迎光临", address: int = 3, language: str = "zh-CN") -> None:
        self.time = ManualScheduler()
        self.hall = FakeHall(now=self.time.now)
        self.hall.login(CLERK.user, CLERK.password)
        self.hall.open_window(_WINDOW.id)
        self.cable = Cable(room)
        self.bars = LedBars(self.cable, Overhead({_WINDOW.id: address}, welcome), Words(language))
        self.board = Board()

    def news(self) -> list[Told]:
        """What the bars are told when the display hears of the hall as it is now."""
        before = len(self.cable.told)
        self.board, _ = self.board.rebuilt(self.hall.snapshot(), self.time.now())
        self.bars.tell(self.board, self.time.monotonic())
        return self.cable.told[before:]

    def call(self) -> str:
        self.hall.take_ticket(TakeTicket(service=_SERVICE.id))
        call = self.hall.call_next(_WINDOW.id)
        assert call is not None
        return call.ticket.number


def test_a_window_with_nobody_welcomes() -> None:
    assert Rig().news() == [(3, "欢迎光临", Colour.GREEN, Effect.STILL, False)]
    (told,) = Rig(welcome="").news()
    assert told[1]  # the office's name


def test_a_call_a_visitor_served_and_a_break_are_shown_in_turn() -> None:
    rig = Rig()
    rig.news()
    number = rig.call()
    assert rig.news() == [(3, f"{number} 到 {_WINDOW.label} 号窗口", Colour.RED, Effect.STILL, True)]
    assert rig.news() == []
    rig.hall.start(_WINDOW.id)
    assert rig.news() == [(3, f"{number} 办理中", Colour.GREEN, Effect.STILL, False)]
    rig.hall.finish(_WINDOW.id)
    assert [told[1] for told in rig.news()] == ["欢迎光临"]
    rig.hall.pause_window(_WINDOW.id)
    assert rig.news() == [(3, "暂停服务", Colour.YELLOW, Effect.STILL, False)]


def test_a_recall_goes_before_all_again() -> None:
    rig = Rig()
    rig.call()
    rig.news()
    rig.hall.recall(_WINDOW.id)
    assert [told[4] for told in rig.news()] == [True]


def test_a_narrow_bar_shows_the_number_alone_and_a_long_welcome_runs() -> None:
    rig = Rig(room=8)
    assert rig.news() == [(3, "欢迎光临", Colour.GREEN, Effect.STILL, False)]
    number = rig.call()
    assert [told[1] for told in rig.news()] == [number]
    assert Rig(room=8, welcome="欢迎来到政务大厅").news()[0][3] is Effect.SCROLL


def test_bars_forget_what_they_are_not_told_again() -> None:
    rig = Rig()
    rig.news()
    rig.time.advance(RETELL_SECONDS - 1)
    assert rig.news() == []
    rig.time.advance(1)
    assert [told[4] for told in rig.news()] == [False]
    assert rig.cable.seconds == [FORGET_SECONDS] * 2
    assert FORGET_SECONDS >= 2 * RETELL_SECONDS


def test_nothing_is_told_or_complained_of_before_the_hall_is_known(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.bars.tell(Board(), 0.0)
    assert rig.cable.told == []
    assert caplog.text == ""


def test_an_unknown_window_and_a_wrong_address_stay_small(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rig = Rig(address=100)
        rig.news()
        bars = LedBars(rig.cable, Overhead({"attic": 1, _WINDOW.id: 4}, "欢迎"), Words("zh-CN"))
        for _ in range(3):
            bars.tell(rig.board, 0.0)
    assert [told[0] for told in rig.cable.told] == [4]
    assert caplog.text.count("there is no window attic") == 1
    assert "bar 100 cannot show" in caplog.text


@pytest.mark.parametrize(("text", "wide"), [("A012到3号窗口", 13), ("A012 到 3 号窗口", 16), ("", 0), ("A", 1)])
def test_a_chinese_character_takes_two_columns(text: str, wide: int) -> None:
    assert columns(text) == wide


def test_settings_name_bars_by_window() -> None:
    chosen = DisplaySettings(bars={"driver": "virtual"}, bar_windows={"w3": 3}, bar_welcome="欢迎")
    assert chosen.overhead == Overhead({"w3": 3}, "欢迎")
