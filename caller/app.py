"""Where the caller's parts are put together: client, listener, presenter, screens, rehearsal door."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from PySide6.QtWidgets import QApplication

from caller.presenter import CallerPresenter
from caller.rehearsal import Rehearsal
from caller.settings import CallerSettings
from caller.ui.shell import CallerShell
from contract.client.http import HallClient
from contract.client.listener import Listener
from hallui import application
from hallui.autopilot import Autopilot
from hallui.bridge import Bridge
from hallui.qtscheduler import QtScheduler
from hallui.work import Worker

TIMEOUT_SECONDS = 3.0
"""A clerk waits no longer than this for one try; there are two tries."""


def run(settings: CallerSettings, sink: TextIO = sys.stdout) -> int:
    """Show the caller until it is closed; raises hallui.application.StartError."""
    qt = application.start("caller")
    app = CallerApp(settings, qt, sink)
    try:
        app.start()
        return application.run(qt)
    finally:
        app.close()


class CallerApp:
    """All parts of one clerk's app; start() once, close() once, in the reverse order."""

    def __init__(self, settings: CallerSettings, qt: QApplication, sink: TextIO) -> None:
        token = settings.token.get_secret_value()
        self._hall = HallClient(settings.server, settings.hall, token, timeout=TIMEOUT_SECONDS, attempts=2)
        self._device = HallClient(settings.server, settings.hall, token, timeout=TIMEOUT_SECONDS, attempts=1)
        self._bridge = Bridge()
        self._worker = Worker(self._bridge.post, "caller-hall")
        scheduler = QtScheduler()
        self._presenter = CallerPresenter(
            self._hall,
            self._worker,
            scheduler,
            language=settings.language,
            window=settings.window,
            mini=settings.mini,
        )
        self._shell = CallerShell(self._presenter, scheduler, closed=qt.quit)
        if (size := settings.panel_size()) is not None:
            self._shell.panel.resize(*size)
        # Without a credential of its own the machine hears as the clerk who is signed in.
        ears = self._device if token else self._hall
        self._listener = Listener(
            settings.broker(),
            settings.hall,
            settings.device,
            fetch=ears.snapshot,
            heard=self._presenter.heard(self._bridge.post),
        )
        rehearsal = Rehearsal(self._presenter, screenshot=self._screenshot, leave=qt.quit)
        self._autopilot: Autopilot | None = None
        if settings.autopilot:
            self._autopilot = Autopilot(
                settings.autopilot, sink, post=self._bridge.post, acts=rehearsal.acts(), on_end=qt.quit
            )

    def start(self) -> None:
        self._shell.show()
        self._listener.start()
        if self._autopilot is not None:
            self._autopilot.start()

    def close(self) -> None:
        if self._autopilot is not None:
            self._autopilot.close()
        self._listener.close()
        self._presenter.close()
        self._shell.close()
        self._worker.close()
        self._bridge.close()
        self._hall.close()
        self._device.close()

    def _screenshot(self, path: Path) -> None:
        application.screenshot(self._shell.visible, path)
