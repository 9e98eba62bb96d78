"""Puts one display together from its settings, runs it, and takes it apart in order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from contract.client.http import HallClient
from contract.client.listener import Heard, Listener
from display.bars import LedBars
from display.presenter import DisplayPresenter
from display.settings import DisplaySettings
from display.sound import SoundDesk
from display.sounding import sound_desk
from display.ui.areas import Layout
from display.ui.window import DisplayWindow
from display.ui.words import Words
from hallui import application
from hallui.autopilot import Act, Answer, Arguments, Autopilot
from hallui.bridge import Bridge
from hallui.qtscheduler import QtScheduler
from hallui.work import Worker
from hardware import registry

log = logging.getLogger(__name__)


def run(settings: DisplaySettings) -> int:
    """The whole life of one display; the exit code. Raises hallui.application.StartError when it cannot show itself."""
    app = application.start("hall-display")
    with ExitStack() as stack:
        window = build(settings, app, stack)
        show(window, settings)
        return application.run(app)


def build(settings: DisplaySettings, app: QApplication, stack: ExitStack) -> DisplayWindow:
    """Everything connected and started but not yet shown; `stack` takes it apart again."""
    bridge = Bridge()
    scheduler = QtScheduler()
    api = HallClient(settings.server, settings.hall, settings.token.get_secret_value(), timeout=4.0, attempts=2)
    stack.callback(api.close)
    worker = Worker(bridge.post, "asking")
    stack.callback(worker.close)
    reports = _Reports()
    desk = sound_desk(
        settings,
        clock=lambda: presenter.hall_now(),  # noqa: PLW0108 - the presenter is made below
        said=lambda said: bridge.post(lambda: presenter.announced(said)),
        stack=stack,
    )
    words = Words(settings.language)
    window = DisplayWindow(
        words,
        Layout(settings.layout),
        monotonic=scheduler.monotonic,
        painted=lambda keys: presenter.painted(keys),  # noqa: PLW0108 - the presenter is made below
        closed=app.quit,
    )
    stack.callback(window.close)
    presenter = DisplayPresenter(
        settings.options,
        window,
        desk,
        scheduler=scheduler,
        jobs=worker,
        fetch=api.snapshot,
        report=reports.say,
        bars=_bars(settings, words, stack),
    )
    desk.start()
    heard = Heard(
        snapshot=lambda snapshot: bridge.post(lambda: presenter.heard_snapshot(snapshot)),
        event=lambda event: bridge.post(lambda: presenter.heard_event(event)),
        live=lambda live: bridge.post(lambda: presenter.heard_live(live)),
    )
    listener = Listener(settings.broker, settings.hall, settings.device, fetch=api.snapshot, heard=heard)
    stack.callback(listener.close)
    listener.start()
    if settings.autopilot:
        acts = {"screenshot": _screenshot(window), "quit": _quit(app), "state": _state(presenter, desk)}
        autopilot = Autopilot(settings.autopilot, sys.stdout, post=bridge.post, acts=acts, on_end=app.quit)
        stack.callback(autopilot.close)
        reports.sink = autopilot.say
        autopilot.start()
    stack.callback(bridge.close)
    stack.callback(presenter.stop)
    presenter.start()
    return window


def show(window: DisplayWindow, settings: DisplaySettings) -> None:
    """Over the whole screen without frame or pointer, or in a window of the size asked for."""
    if settings.size:
        width, _, height = settings.size.partition("x")
        window.resize(int(width), int(height))
        window.show()
    elif settings.fullscreen:
        window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        window.setCursor(Qt.CursorShape.BlankCursor)
        window.showFullScreen()
    else:
        window.resize(1280, 720)
        window.show()


def _bars(settings: DisplaySettings, words: Words, stack: ExitStack) -> LedBars | None:
    """The LED bars this display tells, if it has any."""
    if not settings.bars:
        return None
    cable = registry.open_bar(settings.bars)
    stack.callback(cable.close)
    return LedBars(cable, settings.overhead, words)


class _Reports:
    """Lines about what was painted and said; into the log until somebody listens."""

    def __init__(self) -> None:
        self.sink: Callable[[Mapping[str, object]], None] | None = None

    def say(self, line: Mapping[str, object]) -> None:
        if self.sink is not None:
            self.sink(line)
        else:
            log.debug("%s", line)


def _screenshot(window: DisplayWindow) -> Act:
    def act(arguments: Arguments, answer: Answer) -> None:
        application.screenshot(window, Path(str(arguments["path"])))
        answer({"ok": True})

    return act


def _quit(app: QApplication) -> Act:
    def act(_: Arguments, answer: Answer) -> None:
        answer({"ok": True})
        app.quit()

    return act


def _state(presenter: DisplayPresenter, desk: SoundDesk) -> Act:
    def act(_: Arguments, answer: Answer) -> None:
        board = presenter.board
        answer(
            {
                "ok": True,
                "seq": board.seq,
                "link": presenter.link,
                "hears_live": presenter.hears_live,
                "calls": [
                    {"number": call.number, "window": call.window, "label": call.label, "state": call.state}
                    for call in board.calls
                ],
                "waiting": {row.id: row.waiting for row in board.queues.values()},
                "windows": {row.id: {"state": row.state, "number": row.number} for row in board.windows.values()},
                "sound_faults": desk.faults,
                "announcements_dropped": desk.dropped,
            }
        )

    return act
