"""Panel and mini bar as one app: shows every state in the one that is wanted, forwards presses and hotkeys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from caller import keys
from caller.inputs import CloseSheet, LeaveWindow, ShowShelf, Shrink, SignIn, SignOut, Speak
from caller.presenter import CallerPresenter
from caller.state import Act, Shelf, Stage, State
from caller.ui import look
from caller.ui.mini_bar import MiniBar
from caller.ui.panel import Panel
from hallui.scheduler import Alarm, Scheduler
from i18n import Translator

_ROWS_EVERY = 15
"""Seconds between looks at the minutes in the lists."""


class CallerShell(QObject):
    """The clerk's two windows over one presenter. show() once, close() once; `closed` is called when the clerk ends."""

    def __init__(self, presenter: CallerPresenter, scheduler: Scheduler, closed: Callable[[], None]) -> None:
        super().__init__()
        self._presenter = presenter
        self._scheduler = scheduler
        self._t = Translator(presenter.state.language)
        self._ticks = 0
        self._alarm: Alarm | None = None
        self.panel, self.bar = Panel(), MiniBar()
        for window in (self.panel, self.bar):
            window.setStyleSheet(look.sheet())
            self._hotkeys(window)
        self.panel.closing.connect(closed)
        self._connect()
        presenter.show.append(self.render_state)

    def show(self) -> None:
        self.render_state(self._presenter.state)
        self._tick()

    def close(self) -> None:
        """Both windows go, and no timer rings afterwards."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._presenter.show.remove(self.render_state)
        self.panel.closing.disconnect()
        for window in (self.panel, self.bar):
            window.hide()
            window.deleteLater()

    @property
    def visible(self) -> QWidget:
        """The one that is shown now."""
        return self.bar if self._presenter.state.mini else self.panel

    def render_state(self, state: State) -> None:
        if state.language != self._t.language:
            self._t = Translator(state.language)
        now = self._presenter.server_now()
        if state.mini:
            self.bar.render_state(state, self._t, now)
        else:
            self.panel.render_state(state, self._t, now)
        self._swap(state)

    def _swap(self, state: State) -> None:
        wanted, other = (self.bar, self.panel) if state.mini else (self.panel, self.bar)
        if wanted.isVisible():
            return
        if other.isVisible():
            wanted.move(other.pos())
        wanted.show()
        other.hide()
        wanted.activateWindow()

    def _connect(self) -> None:
        presenter, panel, work = self._presenter, self.panel, self.panel.work
        panel.language_wanted.connect(lambda language: presenter.handle(Speak(language)))
        panel.shrink_wanted.connect(lambda: presenter.handle(Shrink(True)))
        panel.sign_in.wanted.connect(lambda user, password: presenter.handle(SignIn(user, password)))
        panel.choose.chosen.connect(presenter.sit_down)
        panel.choose.left.connect(lambda: presenter.handle(SignOut()))
        work.pressed.connect(presenter.press)
        work.chosen.connect(presenter.choose)
        work.sheet_left.connect(lambda: presenter.handle(CloseSheet()))
        work.shelf_opened.connect(lambda shelf: presenter.handle(ShowShelf(shelf)))
        work.window_left.connect(lambda: presenter.handle(LeaveWindow()))
        work.signed_out.connect(lambda: presenter.handle(SignOut()))
        self.bar.pressed.connect(presenter.press)
        self.bar.expand_wanted.connect(lambda: presenter.handle(Shrink(False)))

    # -- hotkeys

    def _hotkeys(self, window: QWidget) -> None:
        for number in range(1, 11):
            self._shortcut(window, f"F{number}", partial(self._act_key, f"F{number}"))
        self._shortcut(window, keys.HOTKEYS[Act.AUTO], partial(self._act_key, keys.HOTKEYS[Act.AUTO]))
        self._shortcut(window, keys.ASK_FINISH, self._ask_finish)
        self._shortcut(window, "F11", self._list_key)
        self._shortcut(window, "Shift+F11", self._visit_key)
        self._shortcut(window, "F12", lambda: self._presenter.handle(Shrink(not self._presenter.state.mini)))
        self._shortcut(window, "Esc", self._escape)

    def _shortcut(self, window: QWidget, key: str, action: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.setAutoRepeat(False)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(action)

    def _act_key(self, hotkey: str) -> None:
        state = self._presenter.state
        act = keys.act_of_hotkey(state, hotkey)
        if act is None or state.stage is not Stage.WORK:
            return
        if act is not state.sheet or not self.panel.work.confirm(act):
            self._presenter.press(act)

    def _ask_finish(self) -> None:
        if self._presenter.state.stage is Stage.WORK:
            self._presenter.press(Act.FINISH, ask=True)

    def _visit_key(self) -> None:
        """Straight to what the visitor has to do."""
        if self._presenter.state.mini:
            self._presenter.handle(Shrink(False))
        self._presenter.handle(ShowShelf(Shelf.VISIT))
        self.panel.work.shelves.list.setFocus()

    def _list_key(self) -> None:
        state = self._presenter.state
        if state.mini:
            self._presenter.handle(Shrink(False))
        if not self.panel.work.next_shelf_or_focus(self._presenter.state):
            shelves = tuple(Shelf)
            self._presenter.handle(ShowShelf(shelves[(shelves.index(state.shelf) + 1) % len(shelves)]))

    def _escape(self) -> None:
        if self._presenter.state.sheet is not None:
            self._presenter.handle(CloseSheet())
        elif self.panel.work.shelves.list.hasFocus():
            self.panel.work.primary[0].setFocus()

    # -- time

    def _tick(self) -> None:
        state, now = self._presenter.state, self._presenter.server_now()
        if state.stage is Stage.WORK:
            (self.bar if state.mini else self.panel.work).tick(state, self._t, now)
            if self._ticks % _ROWS_EVERY == 0 and not state.mini:
                self.panel.work.fresh_rows(state, self._t, now)
        self._ticks += 1
        self._alarm = self._scheduler.call_later(1.0, self._tick)
