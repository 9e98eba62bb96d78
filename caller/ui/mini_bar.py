"""The caller as a bar of 420x56 that stays above the clerk's own software: number, time, two keys."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from caller import keys, screen
from caller.calls import calling, calling_in_short
from caller.screen import Said
from caller.state import Act, Link, State
from caller.ui.act_key import ActKey
from caller.ui.elided import ElidedLabel
from caller.ui.look import BAR_HEIGHT, BAR_WIDTH, THEME, icon
from hallui.widgets import Key, repolish
from i18n import Translator

_KEY_WIDTH = 80
_END_WIDTH = 42


class MiniBar(QWidget):
    """Emits `pressed(Act)` and `expand_wanted`; a refusal takes the place of the number beside the keys for a while."""

    pressed = Signal(object)
    expand_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setWindowFlags(Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedSize(BAR_WIDTH, BAR_HEIGHT)
        self.number, self.service, self.time = QLabel(self), ElidedLabel("small"), ElidedLabel()
        self.number.setProperty("role", "bar-number")
        self.refusal = QLabel(self)
        self.refusal.setObjectName("said")
        self.refusal.setWordWrap(True)
        self.refusal.setStyleSheet(f"font-size: 12px; color: {THEME.palette.bad};")
        self.keys = [ActKey(act, wide=False, height=46, parent=self) for act in (Act.NEXT, Act.FINISH)]
        for key in self.keys:
            key.setFixedWidth(_KEY_WIDTH)
            key.wanted.connect(self.pressed)
        self.expand = Key("", "expand", "quiet", self)
        self.expand.setIcon(icon("expand", self.devicePixelRatioF()))
        self.expand.setIconSize(QSize(20, 20))
        self.expand.setFixedWidth(30)
        self.who_calls = QLabel(self)
        self.who_calls.setObjectName("who-calls")
        self.who_calls.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.expand.clicked.connect(self.expand_wanted)
        self._service = self._idle = ""
        self._lost = False
        self._build()

    def _build(self) -> None:
        lines, visitor = QVBoxLayout(), QWidget(self)
        lines.setSpacing(0)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.service)
        lines.addWidget(self.time)
        row = QHBoxLayout(visitor)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.number)
        row.addLayout(lines, 1)
        self.words = QStackedWidget(self)
        self.words.addWidget(visitor)
        self.words.addWidget(self.refusal)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(10, 2, 1, 2)
        inside.setSpacing(5)
        inside.addWidget(self.words, 1)
        for key in self.keys:
            inside.addWidget(key)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 2)
        right.setSpacing(0)
        right.addWidget(self.expand, 1, Qt.AlignmentFlag.AlignHCenter)
        right.addWidget(self.who_calls)
        self._right = QWidget(self)
        self._right.setLayout(right)
        self._right.setFixedWidth(_END_WIDTH)
        inside.addWidget(self._right)

    def render_state(self, state: State, t: Translator, now: datetime) -> None:
        head, said = screen.head(state, t), screen.said(state, t)
        self.setWindowTitle(screen.title(state, t))
        self.number.setText(head.number if state.current else "")
        self.number.setVisible(state.current is not None)
        self._service = head.service if state.current else head.number
        self._idle = "" if state.current else head.service
        self.expand.setAccessibleName(t("Whole panel"))
        self.expand.setToolTip(t("Whole panel") + "  F12")
        faces = screen.faces(state, t, keys.primary(state))
        for key, face in zip(self.keys, (*faces, None)[:2], strict=True):
            key.setVisible(face is not None)
            if face is not None:
                key.show_face(face, role="primary", refused=said.role == "bad" and said.act is face.act)
        self._say_who_calls(state, t, now)
        self._offline(screen.link_words(state, t) if state.link is Link.LOST else Said())
        self.tick(state, t, now)
        self._say(said if state.refused is not None else Said())

    def tick(self, state: State, t: Translator, now: datetime) -> None:
        timer = screen.timer(state, t, now)
        self.service.say(self._service)
        if not self._lost:
            self.time.say(f"{timer.time} {timer.label}" if timer.time else self._waits_for(state, t, now))

    def _waits_for(self, state: State, t: Translator, now: datetime) -> str:
        """Without a visitor: what the server does next where it calls, else who waits."""
        who = calling(state, t, now)
        return who.what if who is not None and who.auto else self._idle

    def _say_who_calls(self, state: State, t: Translator, now: datetime) -> None:
        who = calling(state, t, now)
        self.who_calls.setVisible(who is not None)
        if who is not None:
            self.who_calls.setText(calling_in_short(state, t))
            self.who_calls.setToolTip(f"{who.word}: {who.what}")
            self.who_calls.setProperty("auto", who.auto)
            repolish(self.who_calls)

    def _offline(self, link: Said) -> None:
        """The number stays readable; the line under it says that the server is away."""
        self._lost = bool(link.text)
        if self._lost:
            self.time.say(f"● {link.text}")
        self.time.setStyleSheet(f"color: {THEME.palette.bad}; font-weight: bold;" if self._lost else "")

    def _say(self, said: Said) -> None:
        bad = said.role == "bad"
        self.refusal.setText(said.text if bad else "")
        self.refusal.setToolTip(said.text)
        self.words.setCurrentIndex(1 if bad else 0)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the bar means "I want the panel"; the app ends with the panel."""
        event.ignore()
        self.expand_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        window = self.windowHandle()
        if event.button() == Qt.MouseButton.LeftButton and window is not None:
            window.startSystemMove()
