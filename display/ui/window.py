"""The display's window: places the areas, hands each its part of the screen, and tells which calls it has painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from display.screen import CallKey, Link, Screen
from display.ui.areas import Areas, Layout, areas
from display.ui.bar import BarPanel
from display.ui.calls import CallsPanel
from display.ui.frame import ConnectingPanel, HeaderPanel, NoticesPanel, StripPanel, UrgentPanel
from display.ui.lists import QueuesPanel, WindowsPanel, WindowWall
from display.ui.panel import Panel
from display.ui.pulses import Pulses
from display.ui.ticker import Ticker
from display.ui.words import Words
from hallui.palette import DARK, Palette

Painted = Callable[[Iterable[CallKey]], None]


class DisplayWindow(QWidget):
    """One hall screen. `painted` is called after each frame with the calls that can be read in it."""

    def __init__(
        self,
        words: Words,
        layout: Layout,
        *,
        monotonic: Callable[[], float],
        painted: Painted = lambda _: None,
        closed: Callable[[], None] = lambda: None,
        palette: Palette = DARK,
    ) -> None:
        super().__init__()
        self.setObjectName("display")
        self.setWindowTitle("hallqueue")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._words = words
        self._layout = layout
        self._palette = palette
        self._painted = painted
        self._closed = closed
        self._screen: Screen | None = None
        self._told = False
        self.pulses = Pulses(monotonic, self._pulsed, self)
        self.ticker = Ticker(palette, self)
        kinds: dict[str, type[Panel]] = {
            "header": HeaderPanel,
            "strip": StripPanel,
            "calls": CallsPanel,
            "queues": QueuesPanel,
            "windows": WindowsPanel,
            "wall": WindowWall,
            "notices": NoticesPanel,
            "bar": BarPanel,
            "connecting": ConnectingPanel,
            "urgent": UrgentPanel,
        }
        self.panels = {name: kind(name, palette, words, self.pulses, self) for name, kind in kinds.items()}
        for panel in self.panels.values():
            panel.installEventFilter(self)

    def show_screen(self, screen: Screen) -> None:
        """Put `screen` on the glass."""
        self._screen = screen
        flashing = [line.key for line in screen.calls if line.flashes]
        flashing += [line.key for line in screen.windows if line.flashes and line.key is not None]
        self.pulses.see(flashing)
        self._place()
        for panel in self.panels.values():
            if not panel.isHidden():
                panel.show_screen(screen)

    def areas(self) -> Areas:
        """Where things are now."""
        screen = self._screen
        strip = screen is not None and bool(self._words.trouble(screen))
        return areas(self.width(), self.height(), self._layout, strip=strip, ticker=bool(self._ticker_texts()))

    # -- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), QColor(self._palette.ground))

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._closed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """After an area has painted, tell once the frame is on the glass."""
        if event.type() == QEvent.Type.Paint and not self._told:
            self._told = True
            QTimer.singleShot(0, self, self._tell_painted)
        return False

    # -- inside

    def _tell_painted(self) -> None:
        self._told = False
        keys: set[CallKey] = set()
        for panel in self.panels.values():
            keys |= panel.painted_keys
            panel.painted_keys.clear()
        if keys:
            self._painted(keys)

    def _pulsed(self) -> None:
        for name in ("calls", "windows", "wall", "bar"):
            self.panels[name].update()

    def _ticker_texts(self) -> tuple[str, ...]:
        """What runs at the foot; an upright screen has the hall's notices in its middle and runs only broadcasts."""
        screen = self._screen
        if screen is None or self._layout is Layout.BAR or self._overlay(screen) is not None:
            return ()
        if screen.broadcasts:
            return screen.broadcasts
        upright = self.height() > self.width() and self._layout is Layout.CALLS
        return () if upright else self._words.notices(screen)

    def _place(self) -> None:
        """Lay out again; cheap when nothing has moved."""
        placed = self.areas()
        screen = self._screen
        overlay = self._overlay(screen)
        for name, panel in self.panels.items():
            place = placed.body if name == overlay else placed.places.get(name)
            covered = overlay is not None and name not in {overlay, "header", "strip"}
            if place is None or covered:
                panel.hide()
                continue
            moved = (panel.unit, panel.upright) != (placed.unit, placed.upright)
            panel.unit, panel.upright = placed.unit, placed.upright
            panel.setGeometry(place)
            if panel.isHidden():
                panel.show()
                if screen is not None:
                    panel.show_screen(screen)
            elif moved:
                panel.update()
        foot = placed.places.get("ticker")
        self.ticker.setVisible(foot is not None)
        if foot is not None:
            self.ticker.setGeometry(foot)
            self.ticker.say(self._ticker_texts(), placed.unit)

    def _overlay(self, screen: Screen | None) -> str | None:
        if self._layout is Layout.BAR:
            return None
        if screen is None or screen.link is Link.CONNECTING:
            return "connecting"
        return "urgent" if screen.urgent else None
