"""The hall screen as a visitor sees it: sizes, what is where, flash, pages, trouble, what is reported as painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from contract.bodies import ServiceState, TicketState, WindowState
from display.screen import CallKey, CallLine, Link, QueueLine, Screen, WindowLine
from display.ui.areas import UNITS, Layout, areas
from display.ui.pulses import PULSE_SECONDS
from display.ui.window import DisplayWindow
from display.ui.words import Words
from hallui.palette import DARK, contrast_ratio
from hallui.scheduler import ManualScheduler

_CLOCK = datetime(2026, 3, 2, 10, 32, tzinfo=UTC)
_SIZES = [(1280, 720), (1920, 1080), (3840, 2160), (1080, 1920), (768, 1366)]
_LONG = "建设工程规划许可（含施工许可、竣工验收备案及人防工程审批）综合受理"

Shown = Callable[..., DisplayWindow]
Picture = Callable[[QWidget, str], Path]


def _call(at: int, state: TicketState = TicketState.CALLED, *, new: bool = False, label: str = "3") -> CallLine:
    return CallLine((f"t{at}", at), f"A{at:03d}", label, state, highlighted=new, flashes=new)


def _screen(calls: int = 3, queues: int = 4, windows: int = 6) -> Screen:
    return Screen(
        hall="滨海市民中心政务服务大厅",
        clock=_CLOCK,
        link=Link.LIVE,
        calls=tuple(_call(at) for at in range(calls, 0, -1)),
        windows=tuple(
            WindowLine(str(at + 1), "社会保险", WindowState.OPEN, number=f"B{at:03d}", ticket_state=TicketState.SERVING)
            for at in range(windows)
        ),
        queues=tuple(QueueLine(_LONG if at % 7 == 3 else f"队列{at}", at, ServiceState.OPEN) for at in range(queues)),
    )


@pytest.fixture
def painted() -> list[set[CallKey]]:
    return []


@pytest.fixture
def shown(qtbot: object, manual: ManualScheduler, painted: list[set[CallKey]]) -> Shown:
    def show(
        screen: Screen, size: tuple[int, int] = (1920, 1080), layout: Layout = Layout.CALLS, language: str = "zh-CN"
    ) -> DisplayWindow:
        def note(keys: Iterable[CallKey]) -> None:
            painted.append(set(keys))

        window = DisplayWindow(Words(language), layout, monotonic=manual.monotonic, painted=note)
        qtbot.addWidget(window)  # type: ignore[attr-defined]
        window.resize(*size)
        window.show_screen(screen)
        window.show()
        qtbot.waitExposed(window)  # type: ignore[attr-defined]
        return window

    return show


def _image(window: DisplayWindow) -> QImage:
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def _share(image: QImage, colour: str, room: QRect) -> float:
    """How much of `room` has exactly this colour, by a grid of samples."""
    wanted = QColor(colour).rgb()
    points = [
        (x, y)
        for x in range(room.left() + 1, room.right(), max(1, room.width() // 80))
        for y in range(room.top() + 1, room.bottom(), max(1, room.height() // 60))
    ]
    return sum(image.pixel(x, y) == wanted for x, y in points) / len(points)


def _ink_height(image: QImage, room: QRect, colour: str) -> int:
    """Rows of `room` between the first and last that hold a pixel of exactly this colour."""
    wanted = QColor(colour).rgb()
    rows = [
        y
        for y in range(room.top(), room.bottom())
        if any(image.pixel(x, y) == wanted for x in range(room.left(), room.right(), 2))
    ]
    return rows[-1] - rows[0] + 1 if rows else 0


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("layout", [Layout.CALLS, Layout.WINDOWS])
@pytest.mark.parametrize(("strip", "ticker"), [(False, True), (True, True), (True, False)])
def test_areas_lie_on_the_screen_and_never_on_each_other(
    size: tuple[int, int], layout: Layout, strip: bool, ticker: bool
) -> None:
    placed = areas(*size, layout, strip=strip, ticker=ticker)
    places = list(placed.places.values())
    screen = QRect(0, 0, *size)
    for at, place in enumerate(places):
        assert screen.contains(place)
        for other in places[at + 1 :]:
            assert place.intersected(other).height() <= 1, (place, other)


@pytest.mark.parametrize("size", _SIZES)
def test_the_newest_number_is_a_ninth_of_the_screens_height(shown: Shown, size: tuple[int, int]) -> None:
    window = shown(_screen(calls=1), size)
    calls = window.panels["calls"].geometry()
    left = QRect(calls.left(), calls.top(), int(calls.width() * (0.8 if size[1] > size[0] else 0.3)), calls.height())
    assert _ink_height(_image(window), left, DARK.accent) >= size[1] / 9


@pytest.mark.parametrize("size", _SIZES)
def test_older_numbers_are_set_in_a_ninth_of_the_height(size: tuple[int, int]) -> None:
    from display.ui.calls import NUMBER_UNITS

    assert NUMBER_UNITS * areas(*size, Layout.CALLS, strip=False, ticker=True).unit >= size[1] / 9
    assert NUMBER_UNITS / UNITS >= 1 / 9


def test_text_on_its_ground_reads_from_afar() -> None:
    for ink, ground in (
        (DARK.ink, DARK.surface),
        (DARK.ink_soft, DARK.surface),
        (DARK.accent, DARK.surface),
        (DARK.on_accent, DARK.accent),
        (DARK.brand, DARK.surface),
        (DARK.ink, DARK.tint),
        (DARK.on_state, DARK.bad),
        (DARK.on_state, DARK.warn),
    ):
        assert contrast_ratio(ink, ground) >= 7, (ink, ground)


def test_what_is_on_the_screen_can_be_read_by_name(shown: Shown) -> None:
    window = shown(replace(_screen(), calls=(_call(12, label="3"), _call(7, TicketState.SERVING, label="D1"))))
    said = {name: panel.accessibleDescription() for name, panel in window.panels.items()}
    assert said["calls"].splitlines() == ["A012 3号窗口 请前往", "A007 D1号窗口 办理中"]
    assert said["header"] == "滨海市民中心政务服务大厅 2026年3月2日 星期一 10:32"
    assert said["queues"].splitlines()[1] == "队列1 1"
    assert said["windows"].splitlines()[0] == "1号窗口 B000"


def test_english(shown: Shown) -> None:
    window = shown(_screen(calls=1), language="en")
    assert window.panels["calls"].accessibleDescription() == "A001 Window 3 Please go to"
    assert "Mon 2 March 2026" in window.panels["header"].accessibleDescription()


def test_a_new_call_pulses_three_times_then_stays_bright(shown: Shown, manual: ManualScheduler, qtbot: object) -> None:
    window = shown(replace(_screen(), calls=(_call(9, new=True), _call(8))))
    calls = window.panels["calls"].geometry()
    hero = QRect(calls.left(), calls.top(), calls.width(), calls.height() // 5)
    bright: list[bool] = []
    for _ in range(3 * 2 + 2):
        manual.advance(PULSE_SECONDS / 4)
        window.pulses._check()
        bright.append(_share(_image(window), DARK.accent, hero) > 0.5)
        manual.advance(PULSE_SECONDS / 4)
    assert bright == [True, False] * 3 + [True, True]
    assert 1 / PULSE_SECONDS < 3, "never near the rate that harms people"
    assert not window.pulses.is_running
    window.show_screen(replace(_screen(), calls=(_call(9), _call(8))))
    assert _share(_image(window), DARK.accent, hero) < 0.3


def test_only_what_was_painted_is_reported(shown: Shown, painted: list[set[CallKey]], qtbot: object) -> None:
    window = shown(_screen(calls=12, windows=0))
    qtbot.waitUntil(lambda: bool(painted))  # type: ignore[attr-defined]
    first = set().union(*painted)
    assert ("t12", 12) in first
    assert len(first) < 12
    turn = 0
    while len(set().union(*painted)) < 12:
        turn += 1
        assert turn < 12, "some call is on no page"
        before = len(painted)
        window.show_screen(replace(_screen(calls=12, windows=0), turn=turn))
        qtbot.waitUntil(lambda: len(painted) > before)  # type: ignore[attr-defined] # noqa: B023 - used at once


@pytest.mark.parametrize("size", _SIZES)
def test_twenty_four_queues_and_thirty_windows_are_paged_and_not_cut(
    shown: Shown, size: tuple[int, int], picture: Picture
) -> None:
    from display.ui.lists import QueuesPanel

    screen = _screen(calls=6, queues=24, windows=30)
    window = shown(screen, size)
    panel = window.panels["queues"]
    assert isinstance(panel, QueuesPanel)
    seen: list[int] = []
    turn = 0
    while True:
        page = panel.page(replace(screen, turn=turn))
        if page.index < turn:
            break
        assert page.count > 1
        seen += range(page.first, page.last)
        turn += 1
    assert seen == list(range(24))
    picture(window, f"display-full-{size[0]}x{size[1]}")


def test_without_calls_the_screen_says_what_to_do(shown: Shown, picture: Picture) -> None:
    window = shown(_screen(calls=0))
    assert window.panels["calls"].accessibleDescription().splitlines()[0] == "暂无叫号"
    picture(window, "display-empty")


def test_before_the_first_snapshot_only_the_connection_is_spoken_of(shown: Shown) -> None:
    window = shown(Screen(hall="", clock=_CLOCK, link=Link.CONNECTING))
    assert window.panels["connecting"].isVisible()
    assert not window.panels["calls"].isVisible()
    assert not window.ticker.isVisible()
    window.show_screen(_screen())
    assert window.panels["calls"].isVisible()
    assert not window.panels["connecting"].isVisible()
    assert window.ticker.isVisible()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"link": Link.LOST, "link_since": _CLOCK}, "10:32"),
        ({"link": Link.DELAYED}, "晚几秒"),
        ({"silent": True}, "语音"),
    ],
)
def test_trouble_is_said_in_words_under_the_header(
    shown: Shown, change: dict[str, object], word: str, picture: Picture
) -> None:
    window = shown(replace(_screen(), **change))  # type: ignore[arg-type]
    strip = window.panels["strip"]
    assert strip.isVisible()
    assert word in strip.accessibleDescription()
    assert not strip.geometry().intersects(window.panels["calls"].geometry())
    window.show_screen(_screen())
    assert not strip.isVisible()


def test_an_emergency_takes_the_whole_body(shown: Shown) -> None:
    window = shown(replace(_screen(), urgent="请立即疏散"))
    assert window.panels["urgent"].isVisible()
    assert not window.panels["calls"].isVisible()
    assert not window.ticker.isVisible()
    window.show_screen(_screen())
    assert window.panels["calls"].isVisible()


def test_the_ticker_runs_only_when_its_words_do_not_fit(shown: Shown) -> None:
    window = shown(replace(_screen(), broadcasts=("请移车",)))
    assert not window.ticker.isHidden()
    assert not window.ticker.is_running
    window.show_screen(replace(_screen(), broadcasts=("请车牌号为粤A12345的车主尽快移车。" * 6,)))
    assert window.ticker.is_running
    window.show_screen(replace(_screen(), broadcasts=("请移车",)))
    assert not window.ticker.is_running


def test_an_upright_screen_shows_the_halls_notices_in_its_middle(shown: Shown) -> None:
    window = shown(replace(_screen(), notices=("今日下午四点停止取号。", "请保管好随身物品。"), turn=1), (1080, 1920))
    notices, calls, queues = (window.panels[name] for name in ("notices", "calls", "queues"))
    assert calls.geometry().bottom() < notices.geometry().top()
    assert notices.geometry().bottom() < queues.geometry().top()
    assert notices.accessibleDescription() == "请保管好随身物品。"


_BAR = WindowLine("3", "不动产登记", WindowState.OPEN)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (replace(_BAR, number="A012", ticket_state=TicketState.CALLED), "A012 请到3号窗口 不动产登记"),
        (replace(_BAR, number="A012", ticket_state=TicketState.SERVING), "A012 办理中 3号窗口"),
        (_BAR, "不动产登记 3号窗口"),
        (replace(_BAR, state=WindowState.PAUSED, reason="午餐"), "3号窗口 暂停服务 午餐"),
        (replace(_BAR, state=WindowState.CLOSED), "3号窗口 未开放 不动产登记"),
    ],
)
@pytest.mark.parametrize("size", [(1920, 360), (800, 600)])
def test_the_bar_over_a_window(shown: Shown, line: WindowLine, said: str, size: tuple[int, int]) -> None:
    window = shown(replace(_screen(), windows=(line,)), size, Layout.BAR)
    assert window.panels["bar"].accessibleDescription() == said
    assert [name for name, panel in window.panels.items() if panel.isVisible()] == ["bar"]


def test_a_bar_over_no_known_window_says_so(shown: Shown) -> None:
    window = shown(replace(_screen(), windows=()), (1280, 240), Layout.BAR)
    assert window.panels["bar"].accessibleDescription() == "本窗口尚未设置"


def test_nothing_is_painted_while_nothing_changes(shown: Shown, painted: list[set[CallKey]], qtbot: object) -> None:
    screen = replace(_screen(), broadcasts=("请移车",))
    window = shown(screen)
    qtbot.waitUntil(lambda: bool(painted))  # type: ignore[attr-defined]
    before = len(painted)
    for _ in range(5):
        window.show_screen(replace(screen))
        qtbot.wait(20)  # type: ignore[attr-defined]
    assert len(painted) == before
