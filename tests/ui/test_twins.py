"""The window of virtual devices: what a hand does there happens to the device, and nothing is shown that did not."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from hall.twins.twin import PEOPLE, Twin, TwinError, twin_from
from hall.twins.window import TwinCard, TwinsWindow
from hallui.widgets import Key
from hallui.work import InlineJobs
from hardware.cardreaders.sdt_serial import SdtSerialOptions, open_sdt_serial
from hardware.cardreaders.virtual import VirtualReader
from hardware.control import ControlLine
from hardware.ports import Card, Health
from hardware.printers.virtual import VirtualPrinter
from i18n import Translator


@pytest.fixture
def reader() -> Iterator[VirtualReader]:
    twin = VirtualReader()
    yield twin
    twin.close()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinter]:
    twin = VirtualPrinter(tmp_path / "slips")
    yield twin
    twin.close()


@pytest.fixture
def card_of(qtbot: QtBot) -> Iterator[Callable[..., TwinCard]]:
    lines: list[ControlLine] = []
    windows: list[TwinsWindow] = []

    def show(twin: VirtualReader | VirtualPrinter, folder: Path | None = None, language: str = "en") -> TwinCard:
        lines.append(ControlLine(twin.obey))
        kind = "reader" if isinstance(twin, VirtualReader) else "printer"
        window = TwinsWindow([Twin(kind, "kiosk-1", lines[-1].port, folder)], InlineJobs(), Translator(language))
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        return window.cards[0]

    yield show
    for line in lines:
        line.close()


def press(qtbot: QtBot, card: TwinCard, name: str) -> Key:
    key = card.findChild(Key, name)
    assert key is not None
    qtbot.mouseClick(key, Qt.MouseButton.LeftButton)
    return key


def test_every_persons_card_is_read_by_the_real_driver(
    qtbot: QtBot, reader: VirtualReader, card_of: Callable[..., TwinCard]
) -> None:
    card = card_of(reader)
    read: queue.Queue[Card] = queue.Queue()
    faults: queue.Queue[Health] = queue.Queue()
    driver = open_sdt_serial("desk", SdtSerialOptions(port=reader.port, baud=115200, interval=0.05, again_after=0.0))
    driver.start(read.put, faults.put)
    try:
        for place, person in enumerate(PEOPLE):
            key = press(qtbot, card, f"card-{place}")
            assert read.get(timeout=10).name.replace(",", " ").split()[0] in person.name
            assert key.isChecked()
            press(qtbot, card, f"card-{place}")
            assert not key.isChecked()
            while not read.empty():
                read.get()
    finally:
        driver.close()


def test_one_card_lies_there_at_a_time(qtbot: QtBot, reader: VirtualReader, card_of: Callable[..., TwinCard]) -> None:
    card = card_of(reader)
    first, second = press(qtbot, card, "card-0"), press(qtbot, card, "card-1")
    assert not first.isChecked()
    assert second.isChecked()


def test_pulling_the_paper_and_putting_it_in(
    qtbot: QtBot, printer: VirtualPrinter, card_of: Callable[..., TwinCard]
) -> None:
    card = card_of(printer)
    key = press(qtbot, card, "fault-paper_out-on")
    assert printer.machine.faults.paper_out
    assert key.text() == "Put paper in"
    press(qtbot, card, "fault-paper_out-on")
    assert not printer.machine.faults.paper_out
    assert key.text() == "Take the paper out"


def test_a_device_that_does_not_answer_changes_nothing_on_the_screen(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    window = TwinsWindow([Twin("reader", "kiosk-1", 1), Twin("printer", "kiosk-1", 1)], InlineJobs(), Translator("en"))
    qtbot.addWidget(window)
    window.show()
    reader, printer = window.cards
    assert not press(qtbot, reader, "card-0").isChecked()
    assert reader.trouble.isVisible()
    assert press(qtbot, printer, "fault-paper_out-on").text() == "Take the paper out"
    assert "kiosk-1" in caplog.text


def test_the_newest_slip_is_shown(
    qtbot: QtBot, printer: VirtualPrinter, tmp_path: Path, card_of: Callable[..., TwinCard]
) -> None:
    from hall.devicetests import slip_for_testing
    from hardware.printers.escpos import TcpOptions, open_tcp

    card = card_of(printer, tmp_path / "slips")
    label = card.findChild(QLabel, "slip")
    assert label is not None
    assert label.text() == "No slip yet"
    driver = open_tcp("p", TcpOptions(host="127.0.0.1", port=printer.port))
    driver.print_slip(slip_for_testing())
    driver.close()
    qtbot.waitUntil(lambda: not label.pixmap().isNull(), timeout=10000)


@pytest.mark.parametrize("word", ["reader", "reader=kiosk", "fax=a:1", "reader=a:0", "printer=a:99999", "reader=:5"])
def test_a_twin_written_wrong_says_how_it_is_written(word: str) -> None:
    with pytest.raises(TwinError, match="is no twin"):
        twin_from(word)


def test_chinese_has_every_word(qtbot: QtBot, reader: VirtualReader, card_of: Callable[..., TwinCard]) -> None:
    card = card_of(reader, language="zh-CN")
    words = [key.text() for key in card.findChildren(Key)]
    assert all(any("一" <= letter <= "鿿" for letter in text) for text in words)
