"""The panel's frame: who and where at the top, below it one of the three pages."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from caller import screen
from caller.state import Stage, State
from caller.ui.elided import ElidedLabel
from caller.ui.look import PANEL_HEIGHT, PANEL_LEAST_HEIGHT, PANEL_TIGHT_HEIGHT, PANEL_WIDTH, icon
from caller.ui.sign_in import ChoosePage, SignInPage
from caller.ui.work import WorkPage
from hallui.widgets import Key, set_role
from i18n import Translator

_OTHER_LANGUAGE = {"zh-CN": ("en", "English"), "en": ("zh-CN", "中文")}


class Panel(QWidget):
    """Emits `language_wanted(code)`, `shrink_wanted` and `closing`; everything else comes from its pages."""

    language_wanted = Signal(str)
    shrink_wanted = Signal()
    closing = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumSize(PANEL_WIDTH, PANEL_LEAST_HEIGHT)
        self.resize(PANEL_WIDTH, PANEL_HEIGHT)
        self._stage: Stage | None = None
        self._other = "en"
        self.title, self.link = ElidedLabel("heading", "title", self), QLabel(self)
        self.link.setObjectName("link")
        self.language = Key("", "language", "quiet", self)
        self.shrink = Key("", "shrink", "quiet", self)
        self.shrink.setIcon(icon("shrink", self.devicePixelRatioF()))
        self.shrink.setIconSize(QSize(20, 20))
        self.language.clicked.connect(lambda: self.language_wanted.emit(self._other))
        self.shrink.clicked.connect(self.shrink_wanted)
        self.sign_in, self.choose, self.work = SignInPage(self), ChoosePage(self), WorkPage(self)
        self.pages = QStackedWidget(self)
        for page in (self.sign_in, self.choose, self.work):
            self.pages.addWidget(page)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        for widget in (self.link, self.language, self.shrink):
            head.addWidget(widget)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 8, 12, 10)
        inside.setSpacing(8)
        inside.addLayout(head)
        inside.addWidget(self.pages, 1)

    def render_state(self, state: State, t: Translator, now: datetime) -> None:
        said = screen.said(state, t)
        title = screen.title(state, t)
        self.setWindowTitle(f"{title} - {t('Caller')}" if title else t("Caller"))
        self.title.say(title)
        self._render_head(state, t)
        pages = {Stage.SIGN_IN: self.sign_in, Stage.CHOOSE: self.choose, Stage.WORK: self.work}
        self.pages.setCurrentWidget(pages[state.stage])
        match state.stage:
            case Stage.SIGN_IN:
                self.sign_in.render_state(state, t, said)
            case Stage.CHOOSE:
                self.choose.render_state(state, t, said)
            case _:
                self.work.render_state(state, t, now, said)
                self.setMinimumHeight(PANEL_LEAST_HEIGHT + self.work.extra_height)
        if state.stage is not self._stage:
            self._stage = state.stage
            self._focus(state)

    def _render_head(self, state: State, t: Translator) -> None:
        link = screen.link_words(state, t)
        self.link.setText(f"● {link.text}")
        self.link.setToolTip(link.full)
        self.link.setAccessibleName(link.full)
        set_role(self.link, link.role)
        self._other, words = _OTHER_LANGUAGE.get(state.language, ("zh-CN", "中文"))
        self.language.say(words)
        self.shrink.setVisible(state.stage is Stage.WORK)
        self.shrink.setToolTip(t("Small bar, always on top") + "  F12")
        self.shrink.setAccessibleName(t("Small bar, always on top"))

    def _focus(self, state: State) -> None:
        match state.stage:
            case Stage.SIGN_IN:
                self.sign_in.open_now()
            case Stage.CHOOSE:
                self.choose.open_now()
            case _:
                self.work.focus_primary()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.work.set_tight(event.size().height() < PANEL_TIGHT_HEIGHT + self.work.extra_height)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stage is Stage.WORK:
            self.work.focus_primary()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
