"""The window: a card for each device, its acts as keys that say what they would do next, and the last slip."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from hall.twins.twin import ACTS, LIFT, PEOPLE, TITLES, Act, Twin, newest_slip
from hallui import application
from hallui.bridge import Bridge
from hallui.theme import Theme, stylesheet
from hallui.widgets import Key, Words, set_role
from hallui.work import Jobs, Worker
from hardware import control
from i18n import Translator

log = logging.getLogger(__name__)

SLIP_LOOK_MS = 500
COLUMNS = 2
CARD_WIDTH = 500
SLIP_SIZE = QSize(220, 300)


def run(twins: Sequence[Twin], language: str, *, minimised: bool = False) -> int:
    """Show the window until it is closed; raises hallui.application.StartError."""
    qt = application.start("twins")
    bridge = Bridge()
    worker = Worker(bridge.post, "twins")
    window = TwinsWindow(twins, worker, Translator(language))
    if minimised:
        window.showMinimized()
    else:
        window.show()
    try:
        return application.run(qt)
    finally:
        bridge.close()
        worker.close()


class TwinsWindow(QWidget):
    """All twins; a device that does not answer is a line in its own card."""

    def __init__(self, twins: Sequence[Twin], jobs: Jobs, t: Translator) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(t("Devices of the hall"))
        theme = Theme(scale=0.68)
        self.setStyleSheet(stylesheet(theme))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, theme.space(2), 0)
        grid.setSpacing(theme.space(2))
        self.cards = [TwinCard(twin, jobs, t, theme) for twin in twins]
        for place, card in enumerate(self.cards):
            grid.addWidget(card, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignTop)
        inside = QWidget()
        inside.setLayout(grid)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.space(2)] * 4)
        layout.addWidget(scroll)
        self.resize(QSize(2 * CARD_WIDTH + theme.space(14), 760))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing looks for slips any more."""
        for card in self.cards:
            card.stop()
        super().closeEvent(event)


class TwinCard(QFrame):
    """One device."""

    def __init__(self, twin: Twin, jobs: Jobs, t: Translator, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setObjectName(f"{twin.kind}-{twin.name}")
        self.setFixedWidth(CARD_WIDTH)
        self._twin, self._jobs, self._t = twin, jobs, t
        self._keys: dict[str, Key] = {}
        self._on: set[str] = set()
        self._placed: Key | None = None
        self._slip_path: Path | None = None
        self.trouble = Words(t("It does not answer. Is it still running?"), role="bad", name="trouble")
        self.trouble.hide()
        column = QVBoxLayout()
        column.setSpacing(theme.space(1))
        if twin.kind == "reader":
            self._add_people(column)
        for act in ACTS[twin.kind]:
            self._add_act(column, act)
        column.addStretch()
        row = QHBoxLayout()
        row.setSpacing(theme.space(2))
        row.addLayout(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.space(3)] * 4)
        whole.addWidget(Words(t(TITLES[twin.kind], name=twin.name), role="heading"))
        whole.addWidget(self.trouble)
        whole.addLayout(row)
        self._timer = QTimer(self)
        if twin.folder is not None:
            self._slip = self._add_slip(row, theme)
            self._timer.timeout.connect(self._look_for_slip)
            self._timer.start(SLIP_LOOK_MS)
            self._look_for_slip()

    def stop(self) -> None:
        """No more looking for slips."""
        self._timer.stop()

    def _add_people(self, column: QVBoxLayout) -> None:
        column.addWidget(Words(self._t("Whose card lies on it? Touch again to lift it."), role="soft"))
        for place, person in enumerate(PEOPLE):
            key = Key(f"{person.name} · {self._t(person.card)}", f"card-{place}")
            key.setCheckable(True)
            key.clicked.connect(lambda _, key=key, line=person.line: self._place(key, line))
            column.addWidget(key)

    def _place(self, key: Key, line: str) -> None:
        """What is shown as lying there changes only once the device has said so."""
        lifting = self._placed is key
        key.setChecked(lifting)

        def done() -> None:
            if self._placed is not None:
                self._placed.setChecked(False)
            self._placed = None if lifting else key
            key.setChecked(not lifting)

        self._say(LIFT if lifting else line, done)

    def _add_act(self, column: QVBoxLayout, act: Act) -> None:
        key = Key(self._t(act.label), act.on.replace(" ", "-"), role="quiet")
        key.clicked.connect(lambda: self._toggle(act))
        self._keys[act.on] = key
        column.addWidget(key)

    def _toggle(self, act: Act) -> None:
        turning_on = act.on not in self._on

        def done() -> None:
            self._on ^= {act.on}
            key = self._keys[act.on]
            key.say(self._t(act.undo if turning_on else act.label))
            set_role(key, "danger" if turning_on else "quiet")

        self._say(act.on if turning_on else act.off, done)

    def _say(self, line: str, done: Callable[[], None]) -> None:
        def answered(_: str) -> None:
            self.trouble.hide()
            done()

        def failed(fault: Exception) -> None:
            log.warning("%s: %s", self.objectName(), fault)
            self.trouble.show()

        self._jobs.submit(lambda: control.tell(self._twin.port, line), answered, failed)

    def _add_slip(self, row: QHBoxLayout, theme: Theme) -> QLabel:
        slip = QLabel(self._t("No slip yet"))
        slip.setObjectName("slip")
        slip.setProperty("role", "small")
        slip.setStyleSheet(f"border: 1px dashed {theme.palette.line};")
        slip.setFixedSize(SLIP_SIZE)
        slip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(slip, 0, Qt.AlignmentFlag.AlignTop)
        return slip

    def _look_for_slip(self) -> None:
        newest = newest_slip(self._twin.folder) if self._twin.folder else None
        if newest is None or newest == self._slip_path:
            return
        picture = QPixmap(str(newest))
        if picture.isNull():
            return  # still being written; the next look has it
        self._slip_path = newest
        self._slip.setPixmap(
            picture.scaled(SLIP_SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
