"""Puts one kiosk together from its settings, runs it, and takes it apart in order."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from contract.client.http import HallClient
from contract.client.listener import Heard, Listener
from hallui import application
from hallui.autopilot import Answer, Arguments, Autopilot
from hallui.bridge import Bridge
from hallui.qtscheduler import QtScheduler
from hallui.work import Worker
from hardware import registry
from hardware.ports import Card, CardReader, Condition, Health, Scanner
from kiosk import inputs as on
from kiosk.acts import Visitor
from kiosk.cards import card_input
from kiosk.passports import PassportLines
from kiosk.presenter import Desks, KioskPresenter
from kiosk.printing import SlipPrinter
from kiosk.settings import KioskSettings
from kiosk.ui.window import KioskWindow

log = logging.getLogger(__name__)


def run(settings: KioskSettings) -> int:
    """The whole life of one kiosk; the exit code. Raises hallui.application.StartError when it cannot show itself."""
    app = application.start("hall-kiosk")
    with ExitStack() as stack:
        window = build(settings, app, stack)
        show(window, settings)
        return application.run(app)


def build(settings: KioskSettings, app: QApplication, stack: ExitStack) -> KioskWindow:
    """Everything connected and started but not yet shown; `stack` takes it apart again."""
    bridge = Bridge()
    scheduler = QtScheduler()
    api = HallClient(settings.server, settings.hall, settings.token.get_secret_value(), timeout=4.0, attempts=2)
    stack.callback(api.close)
    printer = SlipPrinter(registry.open_printer(settings.printer), scheduler)
    stack.callback(printer.close)
    workers = [Worker(bridge.post, name) for name in ("asking", "printing", "background")]
    for worker in workers:
        stack.callback(worker.close)
    presenter = KioskPresenter(
        api,
        printer,
        Desks(*workers),
        scheduler,
        defaults=settings.defaults,
        departments=settings.departments,
        paper_width_mm=settings.paper_width_mm,
        void_unclaimed_minutes=settings.void_unclaimed_minutes,
    )
    window = KioskWindow(presenter.tell, scheduler, presenter.state)
    presenter.observe(window.show_state)
    stack.callback(window.close)
    passports = _watch_cards(settings, presenter, bridge, stack)
    _watch_codes(settings, presenter, passports, bridge, stack)
    _listen(settings, api, presenter, bridge, stack)
    if settings.autopilot:
        _rehearse(settings.autopilot, app, window, Visitor(presenter, scheduler), bridge, stack)
    stack.callback(bridge.close)
    stack.callback(presenter.close)
    presenter.start()
    return window


def show(window: KioskWindow, settings: KioskSettings) -> None:
    """Over the whole screen without frame or pointer's need, or in a window of the size asked for."""
    if settings.size:
        width, _, height = settings.size.partition("x")
        window.resize(int(width), int(height))
        window.show()
    elif settings.fullscreen:
        window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        window.showFullScreen()
    else:
        window.resize(1366, 768)
        window.show()


def _listen(
    settings: KioskSettings, api: HallClient, presenter: KioskPresenter, bridge: Bridge, stack: ExitStack
) -> None:
    fresh = presenter.freshness
    heard = Heard(
        snapshot=lambda snapshot: bridge.post(lambda: fresh.snapshot(snapshot)),
        event=lambda event: bridge.post(lambda: fresh.event(event)),
        live=lambda live: log.info("events arrive %s", "live" if live else "no more; asking instead"),
    )
    listener = Listener(settings.broker, settings.hall, settings.device, fetch=api.snapshot, heard=heard)
    stack.callback(listener.close)
    listener.start()


def _watch_cards(settings: KioskSettings, presenter: KioskPresenter, bridge: Bridge, stack: ExitStack) -> PassportLines:
    if not settings.card_reader:
        return PassportLines(None)
    reader: CardReader = registry.open_card_reader(settings.card_reader)
    stack.callback(reader.close)
    passports = PassportLines(reader)

    def heard(code: str, news: on.Input) -> None:
        passports.reader_is(code)
        presenter.tell(news)

    def on_card(card: Card) -> None:
        bridge.post(lambda: heard("ok", card_input(card)))

    def on_fault(health: Health) -> None:
        speaks = health.condition is Condition.DOWN or health.code in on.ABOUT_ONE_CARD
        code = health.code if speaks else "ok"
        bridge.post(lambda: heard(code, on.ReaderIs(code)))

    on_fault(reader.health())  # before the start: a later word must not be overtaken by it
    reader.start(on_card, on_fault)
    return passports


def _watch_codes(
    settings: KioskSettings, presenter: KioskPresenter, passports: PassportLines, bridge: Bridge, stack: ExitStack
) -> None:
    if not settings.scanner:
        return
    scanner: Scanner = registry.open_scanner(settings.scanner)
    stack.callback(scanner.close)

    def scanned(text: str) -> None:
        news = passports.scanned(text, time.monotonic())
        if news is not None:
            presenter.tell(news)

    def on_scan(text: str) -> None:
        bridge.post(lambda: scanned(text))

    def on_fault(health: Health) -> None:
        code = "ok" if health.condition is not Condition.DOWN else health.code
        bridge.post(lambda: presenter.tell(on.ScannerIs(code)))

    on_fault(scanner.health())
    scanner.start(on_scan, on_fault)


def _rehearse(
    source: str, app: QApplication, window: KioskWindow, visitor: Visitor, bridge: Bridge, stack: ExitStack
) -> None:
    def screenshot(arguments: Arguments, answer: Answer) -> None:
        application.screenshot(window, Path(str(arguments["path"])))
        answer({"ok": True})

    def quit_(_: Arguments, answer: Answer) -> None:
        answer({"ok": True})
        app.quit()

    acts = {"screenshot": screenshot, "quit": quit_, **visitor.acts}
    autopilot = Autopilot(source, sys.stdout, post=bridge.post, acts=acts, on_end=app.quit)
    stack.callback(autopilot.close)
    autopilot.start()
