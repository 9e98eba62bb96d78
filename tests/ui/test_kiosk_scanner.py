"""A booking code held to a scanner on a real serial line checks in: pseudo-terminal, driver, thread, glass, slip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from contract.appointments import Book
from contract.client.fake import FakeHall
from hardware.scanners.virtual import VirtualScanner
from kiosk import app
from kiosk.settings import KioskSettings
from kiosk.ui.window import KioskWindow

SOON = 20_000
"""Milliseconds a busy machine may take for anything here."""


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[VirtualScanner]:
    twin = VirtualScanner(tmp_path / "scanner")
    yield twin
    twin.close()


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> FakeHall:
    made = FakeHall(now=lambda: datetime.now(UTC))
    monkeypatch.setattr(app, "HallClient", lambda *_, **__: made)
    return made


@pytest.fixture
def kiosk(qapp: QApplication, hall: FakeHall, scanner: VirtualScanner, tmp_path: Path) -> Iterator[KioskWindow]:
    settings = KioskSettings(
        hall="sample",
        broker_port=9,
        printer={"driver": "virtual", "out": str(tmp_path)},
        scanner={"driver": "serial", "port": scanner.port},
    )
    with ExitStack() as stack:
        window = app.build(settings, qapp, stack)
        window.resize(1366, 768)
        window.show()
        yield window


def said(window: KioskWindow, name: str) -> str:
    return "".join(label.text() for label in window.findChildren(QLabel, name) if label.isVisible())


def test_a_scanned_booking_is_a_slip_without_a_touch(
    kiosk: KioskWindow, hall: FakeHall, scanner: VirtualScanner, qtbot: Any, tmp_path: Path
) -> None:
    booked = hall.book(Book(service="pension", start=datetime.now(UTC) + timedelta(minutes=10)))
    qtbot.waitUntil(lambda: "预约码" in said(kiosk, "start-devices"), timeout=SOON)
    scanner.scan("6901234567892")
    qtbot.waitUntil(lambda: said(kiosk, "check-in-problem") != "", timeout=SOON)
    scanner.scan(booked.code.lower(), end="")
    qtbot.waitUntil(lambda: said(kiosk, "number-service") == "养老保险", timeout=SOON)
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("*.png"))) == 1, timeout=SOON)
    ticket = hall.find_ticket("A001")
    assert (ticket.booked_for, ticket.printed) == (booked.start, True)


def test_a_scanner_that_is_pulled_out_is_no_longer_offered(
    kiosk: KioskWindow, scanner: VirtualScanner, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: said(kiosk, "start-devices") != "", timeout=SOON)
    scanner.unplug()
    qtbot.waitUntil(lambda: said(kiosk, "start-devices") == "", timeout=SOON)
    scanner.plug()
    qtbot.waitUntil(lambda: said(kiosk, "start-devices") != "", timeout=SOON)
