"""A monkey at the kiosk: random touches anywhere on the glass, and a world that keeps failing meanwhile.

`HALL_MONKEY_TOUCHES` and `HALL_MONKEY_SEED` make it longer or another one; the default is short.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt  # the platform must be chosen first
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from contract.client.fake import FakeHall
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs
from hardware.errors import PrinterError
from hardware.ports import HEALTHY, Condition, Health
from hardware.slip import Slip
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.presenter import Desks, KioskPresenter
from kiosk.printing import SlipPrinter
from kiosk.ui.window import KioskWindow

TOUCHES = int(os.environ.get("HALL_MONKEY_TOUCHES", "250"))
SEED = int(os.environ.get("HALL_MONKEY_SEED", "1"))


class MoodyPrinter:
    """Prints, runs out of paper, or fails midway, as the dice say."""

    name = "moody printer"

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.printed: Counter[str] = Counter()

    def health(self) -> Health:
        return Health(Condition.DOWN, "paper_out") if self._dice.random() < 0.15 else HEALTHY

    def print_slip(self, slip: Slip) -> None:
        if self._dice.random() < 0.15:
            raise PrinterError("not_confirmed")
        self.printed[slip.title] += 1

    def close(self) -> None:
        pass


class Monkey:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.scheduler = ManualScheduler()
        self.hall = FakeHall(now=self.scheduler.now)
        self.printer = MoodyPrinter(self.dice)
        inline = InlineJobs()
        self.presenter = KioskPresenter(
            self.hall, SlipPrinter(self.printer, self.scheduler), Desks(inline, inline, inline), self.scheduler
        )
        self.window = KioskWindow(self.presenter.tell, self.scheduler, self.presenter.state)
        self.presenter.observe(self.window.show_state)
        self.window.resize(1366, 768)
        self.window.show()
        self.presenter.start()

    def touch(self) -> None:
        """Mostly a key (and it twice now and then), else any spot."""
        keys = [key for key in self.window.findChildren(QAbstractButton) if key.isVisible() and key.isEnabled()]
        if keys and self.dice.random() < 0.85:
            key = self.dice.choice(keys)
            QTest.mouseClick(key, Qt.MouseButton.LeftButton)
            if self.dice.random() < 0.2 and key.isVisible():
                QTest.mouseClick(key, Qt.MouseButton.LeftButton)
            return
        handle = self.window.windowHandle()
        spot = QPoint(self.dice.randrange(self.window.width()), self.dice.randrange(self.window.height()))
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=spot)

    def disturb(self) -> None:
        """Something happens to the world."""
        what = self.dice.random()
        if what < 0.10:
            self.hall.go_offline()
        elif what < 0.35:
            self.hall.come_back()
        elif what < 0.40:
            self.hall.lose_next_answer()
        elif what < 0.45:
            self.hall.close_queue("tax", closed=self.dice.random() < 0.5)
        elif what < 0.50:
            self.presenter.tell(on.CardRead("resident", "11010519491231002X", "张三"))
        elif what < 0.55:
            self.presenter.tell(on.ReaderIs(self.dice.choice(["ok", "unreadable", "not_connected"])))
        self.scheduler.advance(self.dice.choice([0.0, 0.1, 0.5, 2.0, 20.0]))
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.usefixtures("qapp")
@pytest.mark.timeout(600)
def test_a_monkey_breaks_nothing_and_gets_no_second_ticket() -> None:
    monkey = Monkey(SEED)
    for _ in range(TOUCHES):
        monkey.touch()
        monkey.disturb()
    monkey.hall.come_back()
    monkey.scheduler.advance(400)
    QApplication.processEvents()
    page = monkey.presenter.state.page
    assert page == pages.Start(), "left alone, the kiosk goes home"
    events = monkey.hall.events(0, 100_000).events
    issued = [str(event.data["number"]) for event in events if event.type == "ticket.issued"]
    printed = [str(event.data["number"]) for event in events if event.type == "ticket.printed"]
    assert len(issued) == len(set(issued))
    assert set(monkey.printer.printed) <= set(printed), "a slip is out and the server does not know"
    assert monkey.presenter.state.intention >= len(issued)
    monkey.presenter.close()
    monkey.window.close()
    assert_reached(monkey, issued)


def assert_reached(monkey: Monkey, issued: list[str]) -> None:
    """A monkey that never got a ticket proves nothing."""
    assert issued, "no ticket in the whole run: more touches, or another seed"
