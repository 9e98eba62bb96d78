"""The kiosk under real fingers: clicks and touches on its widgets, at every size, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from contract.appointments import Book
from contract.bodies import Estimate, ServiceEntry, TakeTicket
from contract.client import fake_views
from contract.client.fake import FakeHall
from contract.client.sample import DESK_HALL, SAMPLE_HALL
from contract.config import HallConfig
from contract.events import WireEvent
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs, Jobs, log_failure
from hardware.ports import HEALTHY, Condition, Health
from hardware.slip import Slip
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.presenter import Desks, KioskPresenter
from kiosk.printing import SlipPrinter
from kiosk.ui.hero import HeroNumber
from kiosk.ui.paged import PagedTiles
from kiosk.ui.start import OfflineScreen
from kiosk.ui.tile import Tile
from kiosk.ui.window import KioskWindow

SIZES = ((1920, 1080), (1366, 768), (1080, 1920))
LONG = "除从事剧毒、易制爆、汽油加油站、专用危化品仓储的企业外，除中央企业所属省级、设区的市级公司从事危险化学品经营"


class Printer:
    name = "test printer"

    def __init__(self) -> None:
        self.condition = HEALTHY
        self.slips: list[Slip] = []

    def health(self) -> Health:
        return self.condition

    def print_slip(self, slip: Slip) -> None:
        self.slips.append(slip)

    def close(self) -> None:
        pass


class HeldJobs:
    """Answers that let wait for themselves."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] = log_failure,
    ) -> None:
        self.waiting.append(lambda: InlineJobs().submit(job, done, failed))

    def release(self) -> None:
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            job()


class Kiosk:
    """A whole kiosk but for network, paper and time."""

    def __init__(
        self, size: tuple[int, int] = (1366, 768), *, asking: Jobs | None = None, config: HallConfig = SAMPLE_HALL
    ) -> None:
        self.scheduler = ManualScheduler()
        self.hall = FakeHall(config, now=self.scheduler.now)
        self.printer = Printer()
        inline = InlineJobs()
        self.presenter = KioskPresenter(
            self.hall,
            SlipPrinter(self.printer, self.scheduler),
            Desks(asking or inline, inline, inline),
            self.scheduler,
        )
        self.window = KioskWindow(self.presenter.tell, self.scheduler, self.presenter.state)
        self.presenter.observe(self.window.show_state)
        self.window.resize(*size)
        self.window.show()
        self.presenter.start()
        self.settle()

    @property
    def page(self) -> pages.Page:
        return self.presenter.state.page

    def visible(self, name: str) -> QWidget:
        """The one visible widget of that name."""
        found = [widget for widget in self.window.findChildren(QWidget, name) if widget.isVisible()]
        assert len(found) == 1, f"{len(found)} visible widgets are called {name}"
        return found[0]

    def click(self, *names: str) -> None:
        for name in names:
            QTest.mouseClick(self.visible(name), Qt.MouseButton.LeftButton)
            QApplication.processEvents()

    def text(self, name: str) -> str:
        widget = self.visible(name)
        assert isinstance(widget, QLabel | QAbstractButton)
        return widget.text()

    def settle(self) -> None:
        """Let gathered news reach the glass."""
        self.scheduler.advance(0.5)
        QApplication.processEvents()
        QApplication.processEvents()

    def close(self) -> None:
        self.presenter.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def kiosks(qapp: object) -> Iterator[Callable[..., Kiosk]]:
    made: list[Kiosk] = []

    def make(*args: Any, **options: Any) -> Kiosk:
        made.append(Kiosk(*args, **options))
        return made[-1]

    yield make
    for kiosk in made:
        kiosk.close()


@pytest.fixture
def kiosk(kiosks: Callable[..., Kiosk]) -> Kiosk:
    return kiosks()


def test_four_clicks_from_start_to_number(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension", "confirm-agree")
    number = kiosk.visible("number")
    assert isinstance(number, HeroNumber)
    assert number.text == "A001"
    assert [slip.title for slip in kiosk.printer.slips] == ["A001"]
    kiosk.click("result-done")
    assert kiosk.page == pages.Start()


def test_a_finger_works_like_a_mouse(kiosk: Kiosk) -> None:
    device = QTest.createTouchDevice()
    tile = kiosk.visible("start-take")
    spot = tile.rect().center()
    QTest.touchEvent(tile, device).press(0, spot, tile).commit()
    QTest.touchEvent(tile, device).release(0, spot, tile).commit()
    assert kiosk.page == pages.Departments()


def test_double_tap_on_confirm_takes_one_ticket(kiosks: Callable[..., Kiosk]) -> None:
    held = HeldJobs()
    kiosk = kiosks(asking=held)
    kiosk.click("start-take", "tile-social", "tile-pension")
    agree = kiosk.visible("confirm-agree")
    QTest.mouseClick(agree, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(agree, Qt.MouseButton.LeftButton)
    kiosk.visible("busy-title")
    held.release()
    assert [event.type for event in kiosk.hall.events(0).events].count("ticket.issued") == 1


def test_search_by_initials_on_our_own_keys(kiosk: Kiosk) -> None:
    kiosk.click("start-search", "key-y", "key-l", "key-b")
    assert kiosk.text("search-field") == "YLB"
    kiosk.click("tile-medical")
    assert kiosk.text("confirm-service") == "医疗保险"
    kiosk.click("footer-back", "key-backspace")
    assert kiosk.text("search-field") == "YL"


def test_a_wired_keyboard_may_type_chinese(kiosk: Kiosk) -> None:
    kiosk.click("start-search")
    QTest.keyClicks(kiosk.window.screen_shown, "sb")
    assert kiosk.presenter.state.page == pages.Search("sb")
    QTest.keyClick(kiosk.window.screen_shown, Qt.Key.Key_Backspace)
    assert kiosk.presenter.state.page == pages.Search("s")


def test_typed_number_with_a_wrong_digit_is_said_beside_it(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-police", "tile-passport")
    kiosk.click(*[f"key-{char}" for char in "110105194912310021"], "identify-enter")
    assert "核对" in kiosk.text("identify-problem")
    kiosk.click("key-backspace", "key-X", "key-backspace", "key-2")
    assert kiosk.text("identify-field").endswith("0022")


def test_language_and_large_type_change_everything_at_once(kiosk: Kiosk) -> None:
    kiosk.click("header-lang-en")
    assert kiosk.text("start-title") == "Welcome. What would you like to do?"
    kiosk.click("header-elder", "start-take")
    assert kiosk.text("departments-title") == "Choose a department"
    kiosk.click("tile-social", "tile-pension")
    assert kiosk.text("priority-title") == "Does one of these apply to you?"
    kiosk.click("tile-elderly", "confirm-agree", "result-done")
    assert kiosk.text("start-title") == "您好，请选择", "the next visitor finds the screen as it was"


def test_an_appointment_is_checked_in_by_its_code(kiosk: Kiosk) -> None:
    booked = kiosk.hall.book(Book(service="pension", start=kiosk.scheduler.now() + timedelta(minutes=10)))
    kiosk.click("start-check-in", *(f"key-{sign.lower()}" for sign in booked.code[:6]), "check-in-enter")
    assert kiosk.text("check-in-problem") == "预约码由 7 位字母和数字组成。"
    kiosk.click(f"key-{booked.code[6]}", "check-in-enter")
    kiosk.settle()
    assert isinstance(kiosk.page, pages.Result)
    assert kiosk.page.ticket.booked_for == booked.start
    assert len(kiosk.printer.slips) == 1
    kiosk.presenter.tell(on.StartOver())
    kiosk.settle()
    kiosk.click("start-check-in", *(f"key-{sign.lower()}" for sign in booked.code), "check-in-enter")
    kiosk.settle()
    assert kiosk.text("duplicate-title") == "您已取过这个事项的号"
    kiosk.click("duplicate-reprint")
    kiosk.settle()
    assert len(kiosk.printer.slips) == 2


def test_a_booking_code_before_the_scanner_needs_no_touch(
    kiosk: Kiosk, picture: Callable[[QWidget, str], Path]
) -> None:
    kiosk.presenter.tell(on.ScannerIs("ok"))
    kiosk.settle()
    assert kiosk.text("start-devices") == "已预约的请将预约码对准扫码口。"
    booked = kiosk.hall.book(Book(service="pension", start=kiosk.scheduler.now() + timedelta(minutes=10)))
    kiosk.presenter.tell(on.CodeScanned(booked.code))
    kiosk.settle()
    assert isinstance(kiosk.page, pages.Result)
    assert kiosk.page.ticket.booked_for == booked.start
    assert len(kiosk.printer.slips) == 1
    kiosk.presenter.tell(on.StartOver())
    kiosk.presenter.tell(on.CodeScanned("6901234567892"))
    kiosk.settle()
    assert kiosk.text("check-in-problem") == "这不是预约码。请输入您的预约码。"
    picture(kiosk.window, "scanned-no-booking")


def test_two_matters_on_one_number_with_real_clicks(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension")
    kiosk.click("confirm-another", "tile-police", "tile-id-card", "confirm-agree")
    assert isinstance(kiosk.page, pages.Result)
    ticket = kiosk.hall.find_ticket("A001")
    assert [stop.service for stop in ticket.stops] == ["pension", "id-card"]
    assert "之后办理：身份证办理" in kiosk.text("number-then")
    assert len(kiosk.printer.slips) == 1


def test_the_list_stays_in_sight_and_each_can_be_taken_off(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension", "confirm-another")
    kiosk.settle()
    assert kiosk.text("basket-words") == "已选 1 项：养老保险"
    kiosk.click("tile-social")
    chosen = kiosk.visible("tile-pension")
    assert isinstance(chosen, Tile)
    assert (chosen.face.chosen, chosen.face.picture) == (True, "check")
    kiosk.click("search", "key-s", "key-f", "tile-id-card", "confirm-another", "basket-list")
    assert kiosk.text("confirm-ask") == "一个号办 2 项，请确认"
    kiosk.click("remove-pension")
    assert kiosk.text("confirm-service") == "身份证办理"
    kiosk.click("confirm-agree")
    assert kiosk.hall.find_ticket("C001").stops == ()


def test_one_of_two_is_refused_by_name_and_the_other_goes_on(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension")
    kiosk.click("confirm-another", "tile-police", "tile-id-card")
    kiosk.hall.close_queue("social")
    kiosk.click("confirm-agree")
    assert kiosk.text("refused-service") == "养老保险"
    kiosk.click("refused-list")
    assert kiosk.text("confirm-ask") == "一个号办 2 项，请确认"
    kiosk.click("confirm-agree", "refused-without", "confirm-agree")
    assert kiosk.hall.find_ticket("C001").service == "id-card"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("lang", "elder"), [("zh-CN", False), ("en", False), ("zh-CN", True), ("en", True)])
def test_a_hall_of_two_levels(
    kiosks: Callable[..., Kiosk],
    picture: Callable[[QWidget, str], Path],
    size: tuple[int, int],
    lang: str,
    elder: bool,
) -> None:
    kiosk = kiosks(size, config=DESK_HALL)
    name = f"desk-{size[0]}x{size[1]}-{lang}{'-elder' if elder else ''}"
    for touch in (on.ChooseLanguage(lang), *([on.ToggleElder()] if elder else [])):
        kiosk.presenter.tell(touch)
    kiosk.settle()
    picture(kiosk.window, f"{name}-start")
    assert_whole(kiosk.window, "start")
    kiosk.click("start-take", "tile-social", "tile-pension", *(["tile-ordinary"] if elder else []))
    kiosk.settle()
    picture(kiosk.window, f"{name}-confirm")
    assert_whole(kiosk.window, "confirm")
    kiosk.click("footer-home", *([] if elder else ["start-desk"]))
    if elder:
        return
    kiosk.settle()
    picture(kiosk.window, f"{name}-result")
    assert kiosk.hall.find_ticket("G001").stops == ()
    assert [slip.title for slip in kiosk.printer.slips] == ["G001"]


def test_a_family_touches_plus(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-police", "tile-id-card", "party-plus", "party-plus", "party-minus", "party-plus")
    assert kiosk.text("party-count") == "3"
    kiosk.click("confirm-agree")
    assert kiosk.hall.find_ticket("C001").party == 3
    kiosk.click("result-done", "start-take", "tile-social", "tile-pension")
    assert not [widget for widget in kiosk.window.findChildren(QWidget, "party-plus") if widget.isVisible()]


def test_priority_is_chosen_beside_the_service(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension", "tile-elderly")
    chosen = kiosk.visible("tile-elderly")
    assert isinstance(chosen, Tile)
    assert chosen.face.chosen
    assert chosen.face.picture == "check", "not by colour alone"
    kiosk.click("confirm-agree")
    assert kiosk.hall.find_ticket("A001").priority_class == "elderly"


@pytest.mark.parametrize(("lang", "warning"), [("zh-CN", "您今天可能办不上"), ("en", "You may not be served today")])
def test_whoever_may_come_too_late_hears_it_before_and_after_taking_a_number(
    kiosks: Callable[..., Kiosk],
    picture: Callable[[QWidget, str], Path],
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    warning: str,
) -> None:
    late = Estimate(low_minutes=60, high_minutes=90, beyond_closing=True)
    monkeypatch.setattr(fake_views, "estimate_for", lambda *_: late)
    kiosk = kiosks()
    for _ in range(3):
        kiosk.hall.take_ticket(TakeTicket(service="pension"))
    kiosk.presenter.freshness.refresh("zh-CN")
    kiosk.settle()
    kiosk.presenter.tell(on.ChooseLanguage(lang))
    kiosk.settle()
    kiosk.click("start-take", "tile-social", "tile-pension")
    for name in ("confirm", "result"):
        said = [one.text() for one in kiosk.window.findChildren(QLabel) if one.isVisible()]
        assert any(warning in text for text in said)
        picture(kiosk.window, f"late-{name}-{lang}")
        if name == "confirm":
            kiosk.click("confirm-agree")


def test_closed_service_says_so_and_leads_back(kiosk: Kiosk) -> None:
    kiosk.hall.close_queue("notary")
    kiosk.presenter.freshness.refresh("zh-CN")
    kiosk.click("start-take", "tile-police", "tile-notary")
    assert kiosk.text("refused-title")
    kiosk.click("refused-back")
    assert kiosk.page == pages.Services("police")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("day.closed", {"business_day": "2026-03-02", "expired": 3, "final": False}),
        ("calendar.changed", {"closure": "C1", "date": "2026-03-02", "start": "10:00", "end": "24:00"}),
    ],
)
def test_a_hall_closed_while_it_runs_says_so_at_once(
    kiosk: Kiosk, kind: str, data: dict[str, Any], picture: Callable[[QWidget, str], Path]
) -> None:
    for queue in kiosk.hall.snapshot().queues:
        kiosk.hall.close_queue(queue.id)
    heard = WireEvent(id="e", source="t", type=kind, time=kiosk.scheduler.now(), sequence=99, data=data)
    kiosk.presenter.freshness.event(heard)
    kiosk.settle()
    banner = [label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("大厅现在不对外办理业务。") for text in banner), banner
    picture(kiosk.window, f"closed-{kind}")


def test_offline_is_said_plainly_and_goes_away_by_itself(kiosk: Kiosk) -> None:
    kiosk.hall.go_offline()
    kiosk.scheduler.advance(16)
    kiosk.settle()
    assert isinstance(kiosk.window.screen_shown, OfflineScreen)
    assert kiosk.text("offline-title") == "暂时不能取号"
    kiosk.hall.come_back()
    kiosk.scheduler.advance(5)
    kiosk.settle()
    assert kiosk.visible("start-take")


def test_the_server_leaves_while_a_number_is_asked_for(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension")
    kiosk.hall.go_offline()
    kiosk.click("confirm-agree")
    assert isinstance(kiosk.page, pages.Refused)
    kiosk.hall.come_back()
    kiosk.click("refused-retry")
    assert isinstance(kiosk.page, pages.Result)


def test_paper_out_is_said_before_and_the_number_stays_on_the_screen(kiosk: Kiosk) -> None:
    kiosk.printer.condition = Health(Condition.DOWN, "paper_out")
    kiosk.scheduler.advance(16)
    kiosk.click("start-take", "tile-social", "tile-pension")
    assert kiosk.visible("banner")
    kiosk.click("confirm-agree")
    assert kiosk.text("unprinted-title") == "打印机缺纸。"
    assert "A001" in kiosk.text("unprinted-advice")
    assert kiosk.visible("qr")
    kiosk.printer.condition = HEALTHY
    kiosk.scheduler.advance(5)
    kiosk.click("unprinted-reprint")
    assert [slip.title for slip in kiosk.printer.slips] == ["A001"]


def test_a_notice_that_changes_is_not_drawn_over_the_old_one(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-police", "tile-id-card", "party-plus", "confirm-another", "tile-social")
    kiosk.presenter.tell(on.PrinterIs("paper_out"))
    kiosk.presenter.tell(on.ChooseService("pension"))
    kiosk.presenter.tell(on.PrinterIs("ok"))
    kiosk.presenter.tell(on.Touched())
    kiosk.settle()
    said = [
        label.text() for label in kiosk.visible("banner").findChildren(QLabel) if label.isVisible() and label.text()
    ]
    assert said == ["这些事项一个号限 1 人。"]


def test_a_forgotten_screen_asks_and_a_touch_anywhere_goes_on(kiosk: Kiosk) -> None:
    kiosk.click("start-take")
    kiosk.scheduler.advance(50)
    veil = kiosk.visible("still-there")
    QTest.mouseClick(veil, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not veil.isVisible()
    kiosk.scheduler.advance(50)
    kiosk.scheduler.advance(10)
    assert kiosk.page == pages.Start()


def test_any_touch_keeps_the_number_on_the_screen(kiosk: Kiosk) -> None:
    kiosk.click("start-take", "tile-social", "tile-pension", "confirm-agree")
    handle = kiosk.window.windowHandle()
    assert handle is not None
    kiosk.scheduler.advance(14)
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(200, 300))
    kiosk.scheduler.advance(14)
    assert isinstance(kiosk.page, pages.Result)
    kiosk.scheduler.advance(2)
    assert kiosk.page == pages.Start()


def test_news_are_gathered_before_they_reach_the_glass(kiosk: Kiosk) -> None:
    kiosk.click("start-take")
    tile = kiosk.visible("tile-social")
    assert isinstance(tile, Tile)
    before = tile.face
    kiosk.presenter.tell(on.QueueCounted("social", 7, 99))
    assert tile.face == before
    kiosk.settle()
    assert "7 人等候" in tile.face.notes


def long_directory(kiosk: Kiosk, services: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hall with very many services of very long names in one department."""
    catalogue = kiosk.hall.catalogue("zh-CN")
    entries = tuple(
        ServiceEntry.model_validate(
            {
                "id": f"s{number}",
                "department": "social",
                "name": f"{LONG[number % 40 :]}（{number}）",
                "queue": "social",
                "zone": "east",
                "state": "open",
                "waiting": number,
                "estimate": Estimate(low_minutes=5, high_minutes=50).model_dump(),
                "initials": "abcdefghij"[number % 10],
                "pinyin": "a",
            }
        )
        for number in range(services)
    )
    monkeypatch.setattr(kiosk.hall, "catalogue", lambda _: catalogue.model_copy(update={"services": entries}))
    kiosk.presenter.freshness.refresh("zh-CN")


def test_every_service_of_a_long_list_can_be_reached_by_page_keys(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_directory(kiosk, 90, monkeypatch)
    kiosk.click("start-take", "tile-social")
    seen: set[str] = set()
    (tiles,) = [found for found in kiosk.window.findChildren(PagedTiles) if found.isVisible()]
    for turn in range(tiles.page_count):
        shown = [tile for tile in tiles.findChildren(Tile) if tile.isVisible()]
        for tile in shown:
            assert tile.height() >= tile.heightForWidth(tile.width()), "a name is cut"
            assert tiles.rect().contains(tile.geometry())
        seen |= {tile.objectName() for tile in shown}
        if turn < tiles.page_count - 1:
            kiosk.click("page-after")
    assert len(seen) == 90


def test_a_letter_opens_the_list_at_its_page(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    long_directory(kiosk, 90, monkeypatch)
    kiosk.click("start-take", "tile-social", "letter-J")
    (tiles,) = [found for found in kiosk.window.findChildren(PagedTiles) if found.isVisible()]
    numbers = [int(tile.objectName().removeprefix("tile-s")) for tile in tiles.findChildren(Tile) if tile.isVisible()]
    assert any(number % 10 == 9 for number in numbers)


def walk_all_pages(kiosk: Kiosk) -> Iterator[str]:
    """Every page of the kiosk, one after another; yields its name while it is on the glass."""
    tell = kiosk.presenter.tell
    tell(on.ReaderIs("ok"))
    tell(on.ScannerIs("ok"))
    yield "start"
    tell(on.TakeNumber())
    yield "departments"
    tell(on.ChooseDepartment("social"))
    yield "services"
    tell(on.ShowSearch())
    tell(on.Type("b"))
    yield "search"
    tell(on.StartOver())
    tell(on.ShowCheckIn())
    tell(on.Type("k"))
    tell(on.Type("7"))
    tell(on.Enter())
    yield "check-in"
    start = kiosk.scheduler.now() + timedelta(minutes=10)
    booked = kiosk.hall.book(Book(service="medical", start=start))
    for sign in ("clear", *booked.code):
        tell(on.Type(sign))
    tell(on.Enter())
    assert isinstance(kiosk.page, pages.Result)
    yield "result-booked"
    tell(on.StartOver())
    for touch in (on.TakeNumber(), on.ChooseDepartment("police"), on.ChooseService("passport")):
        tell(touch)
    for char in "110105194912310021":
        tell(on.Type(char))
    tell(on.Enter())
    yield "identify"
    tell(on.ToggleLetters())
    yield "identify-letters"
    tell(on.CardRead("resident", "11010519491231002X", "张三"))
    if isinstance(kiosk.page, pages.Priority):
        yield "priority"
        tell(on.ChoosePriority("elderly"))
    tell(on.PrinterIs("paper_out"))
    yield "confirm"
    yield from walk_several(kiosk)
    tell(on.PrinterIs("ok"))
    tell(on.Agree())
    yield "result"
    ticket = kiosk.hall.take_ticket(TakeTicket(service="pension"))
    tell(on.StartOver())
    for page in (
        pages.Unprinted(ticket, "paper_out"),
        pages.Refused("passport", "line_full", opens_at=kiosk.scheduler.now(), order=pages.Order(1, "passport", None)),
        pages.Duplicate("pension", "A001"),
        pages.Printing(ticket),
        pages.Help(),
    ):
        kiosk.window.show_state(replaced(kiosk, page))
        yield type(page).__name__.lower()


def walk_several(kiosk: Kiosk) -> Iterator[str]:
    """From the question for one service with everything in the way to as many as fit on one number."""
    tell = kiosk.presenter.tell
    tell(on.StartOver())
    tell(on.TakeNumber())
    tell(on.ChooseDepartment("police"))
    tell(on.ChooseService("move"))
    if isinstance(kiosk.page, pages.Priority):
        tell(on.ChoosePriority("elderly"))
    tell(on.ChangeParty(+3))
    yield "confirm-party"
    tell(on.PrinterIs("ok"))
    tell(on.AddAnother())
    yield "departments-another"
    tell(on.ChooseDepartment("police"))
    yield "services-another"
    tell(on.ShowSearch())
    tell(on.Type("s"))
    yield "search-another"
    tell(on.ShowBasket())
    for department, service in (("police", "id-card"), ("social", "pension"), ("tax", "tax-return")):
        tell(on.AddAnother())
        tell(on.ChooseDepartment(department))
        tell(on.ChooseService(service))
        if service != "pension":
            yield f"confirm-{service}"
    tell(on.PrinterIs("paper_out"))
    yield "confirm-several"
    kiosk.hall.close_queue("police")
    tell(on.PrinterIs("ok"))
    tell(on.Agree())
    assert isinstance(kiosk.page, pages.Refused)
    yield "refused-several"
    tell(on.GoWithout())
    tell(on.GoWithout())
    kiosk.hall.close_queue("police", closed=False)
    kiosk.window.show_state(replaced(kiosk, pages.Duplicate("pension", "A001")))
    yield "duplicate-several"
    tell(on.Touched())
    tell(on.Agree())
    if isinstance(kiosk.page, pages.Refused):
        tell(on.GoWithout())
        tell(on.Agree())
    assert isinstance(kiosk.page, pages.Result), kiosk.page
    yield "result-several"
    tell(on.StartOver())
    for touch in (on.TakeNumber(), on.ChooseDepartment("police"), on.ChooseService("id-card")):
        tell(touch)
    if isinstance(kiosk.page, pages.Priority):
        tell(on.ChoosePriority("ordinary"))


def replaced(kiosk: Kiosk, page: pages.Page) -> pages.State:
    from dataclasses import replace

    return replace(kiosk.presenter.state, page=page, timer=kiosk.presenter.state.timer + 1)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("elder", [False, True], ids=["usual", "elder"])
def test_nothing_is_cut_anywhere(
    kiosks: Callable[..., Kiosk],
    picture: Callable[[QWidget, str], Path],
    size: tuple[int, int],
    lang: str,
    elder: bool,
) -> None:
    kiosk = kiosks(size)
    kiosk.presenter.tell(on.ChooseLanguage(lang))
    if elder:
        kiosk.presenter.tell(on.ToggleElder())
    for name in walk_all_pages(kiosk):
        if elder and not kiosk.presenter.state.elder:
            kiosk.presenter.tell(on.ToggleElder())
        if kiosk.presenter.state.lang != lang:
            kiosk.presenter.tell(on.ChooseLanguage(lang))
        kiosk.settle()
        picture(kiosk.window, f"{size[0]}x{size[1]}-{lang}-{'elder-' if elder else ''}{name}")
        assert (kiosk.window.width(), kiosk.window.height()) == size
        assert_whole(kiosk.window, name)


def assert_whole(window: KioskWindow, name: str) -> None:
    screen = window.screen_shown
    assert screen is not None
    layout = screen.layout()
    needed = (
        layout.minimumHeightForWidth(screen.width()) if layout.hasHeightForWidth() else layout.minimumSize().height()
    )
    assert needed <= screen.height(), f"{name} needs {needed} of {screen.height()} pixels"
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text() and label.wordWrap():
            assert label.heightForWidth(label.width()) <= label.height() + 1, f"{name}: cut: {label.text()}"
    for key in window.findChildren(QAbstractButton):
        if not key.isVisible() or isinstance(key, Tile) or not key.text():
            continue
        words = key.fontMetrics().horizontalAdvance(key.text())
        assert words <= key.width(), f"{name}: cut: {key.text()}"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_touch_targets_are_large_enough(kiosks: Callable[..., Kiosk], size: tuple[int, int]) -> None:
    """13 mm on a 21.5 inch screen of 1080 lines, in pixels of this screen; keys of the typewriter may be narrower."""
    kiosk = kiosks(size)
    least = 54 * min(size) / 1080 * 0.9
    for name in walk_all_pages(kiosk):
        kiosk.settle()
        for key in kiosk.window.findChildren(QAbstractButton):
            if key.isVisible() and not key.objectName().startswith("header"):
                assert min(key.width(), key.height()) >= least, f"{name}: {key.objectName()} {key.size()}"


def test_contrast_mode_is_drawn(kiosk: Kiosk, picture: Callable[[QWidget, str], Path]) -> None:
    kiosk.click("header-contrast", "start-take")
    image = kiosk.window.grab().toImage()
    assert image.pixelColor(3, image.height() - 3).name() == "#000000"
    picture(kiosk.window, "contrast-departments")
    kiosk.click("tile-police", "tile-id-card", "party-plus")
    picture(kiosk.window, "contrast-confirm")
    kiosk.click("confirm-another", "tile-police")
    kiosk.settle()
    picture(kiosk.window, "contrast-services-another")
    kiosk.click("tile-move")
    kiosk.settle()
    picture(kiosk.window, "contrast-confirm-several")


def test_the_clock_is_the_halls(kiosk: Kiosk) -> None:
    assert f"{kiosk.scheduler.now():%H:%M}" == "09:30"
    assert kiosk.text("clock") == "17:30", "the hall is in Shanghai, whatever this machine believes"
    kiosk.scheduler.advance(60)
    assert kiosk.text("clock") == "17:31"
