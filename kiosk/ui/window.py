"""The kiosk's window: header, the page of the moment, footer, and the question whether anybody is still here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hallui.palette import CONTRAST, LIGHT
from hallui.scheduler import Alarm, Scheduler
from hallui.theme import Theme, scale_for, stylesheet
from i18n.translator import Translator
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.state import State
from kiosk.ui.arriving import CheckInScreen
from kiosk.ui.asking import IdentifyScreen, PriorityScreen
from kiosk.ui.choosing import DepartmentsScreen, SearchScreen, ServicesScreen
from kiosk.ui.chosen import BasketBar
from kiosk.ui.confirming import ConfirmScreen
from kiosk.ui.frame import Footer, Header, StillThere
from kiosk.ui.guide import HelpScreen
from kiosk.ui.look import Look, Screen
from kiosk.ui.outcome import BusyScreen, ResultScreen, UnprintedScreen
from kiosk.ui.refusing import DuplicateScreen, RefusedScreen
from kiosk.ui.start import OfflineScreen, StartScreen

SCREENS: Final[Mapping[type, type[Screen]]] = {
    pages.Start: StartScreen,
    pages.Departments: DepartmentsScreen,
    pages.Services: ServicesScreen,
    pages.Search: SearchScreen,
    pages.CheckIn: CheckInScreen,
    pages.Identify: IdentifyScreen,
    pages.Priority: PriorityScreen,
    pages.Confirm: ConfirmScreen,
    pages.Taking: BusyScreen,
    pages.Finding: BusyScreen,
    pages.Printing: BusyScreen,
    pages.Result: ResultScreen,
    pages.Unprinted: UnprintedScreen,
    pages.Refused: RefusedScreen,
    pages.Duplicate: DuplicateScreen,
    pages.Help: HelpScreen,
}

QUIET_SECONDS: Final = 0.3
"""News about counts may come by the dozen a second; the screen follows them at this pace."""

_Appearance = tuple[QSize, str, bool, bool]


class _Stack(QStackedWidget):
    """Pages that must fit the screen there is: a page that does not is a defect of ours, not a larger window."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def hasHeightForWidth(self) -> bool:
        """Pages out of sight have no say in how high the page in sight, header and footer are."""
        return False


class KioskWindow(QWidget):
    """Renders the presenter's state; everything visible is made anew when size, language, type or contrast change."""

    def __init__(self, tell: Callable[[on.Input], None], scheduler: Scheduler, state: State) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.setWindowTitle("Kiosk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tell = tell
        self._scheduler = scheduler
        self._state = state
        self._shown_page: type | None = None
        self._appearance: _Appearance | None = None
        self._pending: Alarm | None = None
        self._screens: dict[type[Screen], Screen] = {}
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._whole: QWidget | None = None
        self._stack = _Stack()
        self._watched: QObject | None = None

    def show_state(self, state: State) -> None:
        """A turn of the page, a touch, going offline or back show at once; mere news are gathered for a moment."""
        before, self._state = self._state, state
        same_page = type(state.page) is type(before.page) and state.timer == before.timer
        if same_page and isinstance(self.screen_shown, self._screen_type()):
            if self._pending is None:
                self._pending = self._scheduler.call_later(QUIET_SECONDS, self._draw)
            return
        self._draw()

    @property
    def screen_shown(self) -> Screen | None:
        """The page's widget on the glass."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Screen) else None

    # -- Qt's own events

    def resizeEvent(self, _: QResizeEvent) -> None:
        self._draw()

    def showEvent(self, _: QShowEvent) -> None:
        handle = self.windowHandle()
        if handle is not None and self._watched is not handle:
            self._watched = handle
            handle.installEventFilter(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._pending is not None:
            self._pending.cancel()
        self._drop()
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Any touch at all says that somebody is here; it then goes on to what it touched."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
            self._tell(on.Touched())
        return super().eventFilter(watched, event)

    # -- drawing

    def _draw(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self.width() < 100 or self.height() < 100:
            return
        wanted: _Appearance = (self.size(), self._state.lang, self._state.elder, self._state.contrast)
        if wanted != self._appearance:
            self._appearance = wanted
            self._make_anew()
        self._header.show_state(self._state)
        self._basket.show_state(self._state)
        self._footer.show_state(self._state)
        screen = self._screen(self._screen_type())
        screen.show_state(self._state)
        self._stack.setCurrentWidget(screen)
        if self._shown_page is not type(self._state.page):
            self._shown_page = type(self._state.page)
            screen.setFocus()
        self._still_there.show_state(self._state)

    def _screen_type(self) -> type[Screen]:
        state = self._state
        if isinstance(state.page, pages.Start) and (state.catalogue is None or not state.world.online):
            return OfflineScreen
        return SCREENS[type(state.page)]

    def _screen(self, wanted: type[Screen]) -> Screen:
        screen = self._screens.get(wanted)
        if screen is None:
            screen = wanted(self._look)
            self._screens[wanted] = screen
            self._stack.addWidget(screen)
        return screen

    def _make_anew(self) -> None:
        state, size = self._state, self.size()
        upright = size.height() > size.width()
        theme = Theme(CONTRAST if state.contrast else LIGHT, scale_for(size), state.elder)
        self._look = Look(theme, Translator(state.lang), upright, self._scheduler.now, self._tell)
        self._drop()
        self.setFont(theme.font(theme.type.body))
        self.setStyleSheet(stylesheet(theme))
        self._whole = QWidget()
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._header = Header(self._look, self._scheduler)
        self._basket = BasketBar(self._look)
        self._footer = Footer(self._look)
        self._stack = _Stack()
        edge = theme.space(4 if upright else 5)
        self._stack.setContentsMargins(edge, theme.space(4), edge, theme.space(3))
        column.addWidget(self._header)
        column.addWidget(self._stack, 1)
        column.addWidget(self._basket)
        column.addWidget(self._footer)
        self._outer.addWidget(self._whole)
        self._still_there = StillThere(self._look, self)
        self._still_there.setGeometry(self.rect())

    def _drop(self) -> None:
        """Forget every widget of the former appearance."""
        self._screens = {}
        if self._whole is None:
            return
        self._header.stop()
        for widget in (self._whole, self._still_there):
            widget.hide()
            widget.deleteLater()
        self._outer.removeWidget(self._whole)
        self._whole = None
        self._appearance = self._appearance if self.isVisible() else None
