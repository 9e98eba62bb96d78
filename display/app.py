"""Puts one display together from its settings, runs it, and takes it apart in order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from contract.client.http import HallClient
from contract.client.listener import Heard, Listener
from display.announcer import Announcer
from display.presenter import DisplayPresenter
from display.settings import DisplaySettings
from display.sound import Reach, Said, SoundDesk, ZonePlayer
from display.speaker import Speaker
from display.ui.areas import Layout
from display.ui.window import DisplayWindow
from display.ui.words import Words
from hallui import application
from hallui.autopilot import Act, Answer, Arguments, Autopilot
from hallui.bridge import Bridge
from hallui.qtscheduler import QtScheduler
from hallui.work import Worker
from hardware import registry, sounds

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.45
"""Between chime and sentence, and between sentences."""


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
    window = DisplayWindow(
        Words(settings.language),
        Layout(settings.layout),
        monotonic=scheduler.monotonic,
        painted=lambda keys: presenter.painted(keys),  # noqa: PLW0108 - the presenter is made below
        closed=app.quit,
    )
    stack.callback(window.close)
    presenter = DisplayPresenter(
        settings.options, window, desk, scheduler=scheduler, jobs=worker, fetch=api.snapshot, report=reports.say
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


def sound_desk(
    settings: DisplaySettings,
    *,
    clock: Callable[[], datetime],
    said: Callable[[Said], None],
    stack: ExitStack,
) -> SoundDesk:
    """The loudspeakers of this display, not yet speaking; none of them when sound is off."""
    chosen = _loudspeakers(settings)
    if not chosen:
        return SoundDesk(())
    speaker = Speaker(registry.open_voice(settings.voice))
    stack.callback(speaker.close)
    announcer = Announcer(quiet=settings.quiet_hours)
    desk = SoundDesk(
        [
            (reach, ZonePlayer(registry.open_loudspeaker(own), speaker, jingle, announcer, clock=clock, said=said))
            for reach, own in chosen
        ]
    )
    stack.callback(desk.close)
    return desk


def jingle(sentences: Sequence[bytes]) -> bytes:
    """One WAV: the chime, then the sentences with pauses between; raises hardware.errors.DeviceError."""
    return sounds.join(sounds.chime(), *sentences, gap=PAUSE_SECONDS)


def _loudspeakers(settings: DisplaySettings) -> list[tuple[Reach, Mapping[str, object]]]:
    """Each loudspeaker with its reach; a zone with one of its own is not served by the common one."""
    if not settings.sound:
        return []
    chosen: list[tuple[Reach, Mapping[str, object]]] = [
        (Reach(only=frozenset({zone})), own) for zone, own in settings.loudspeakers.items()
    ]
    if settings.loudspeaker:
        chosen.insert(0, (Reach(without=frozenset(settings.loudspeakers)), settings.loudspeaker))
    return chosen


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
