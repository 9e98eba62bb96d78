"""The few widgets every app shows: a key that answers at once, wrapped words, the clock in the header."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from hallui.scheduler import Alarm, Scheduler
from hallui.theme import Theme

_SECONDS_PER_MINUTE = 60


def set_role(widget: QWidget, role: str) -> None:
    """Choose among the style sheet's looks (e.g. "primary", "title"), also after the widget was shown."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the style sheet look again at a widget whose properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Key(QPushButton):
    """A big key with words; its look is a role of the style sheet ("primary", "danger", "quiet" or none)."""

    def __init__(self, text: str, name: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if role:
            self.setProperty("role", role)

    def say(self, text: str) -> None:
        """Change the words, for the eye and for a screen reader."""
        self.setText(text)
        self.setAccessibleName(text)


class Words(QLabel):
    """Words that wrap and are never cut; plain text only, because some of them come from outside."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        *,
        name: str = "",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if role:
            self.setProperty("role", role)
        if name:
            self.setObjectName(name)


class HeaderClock(QLabel):
    """Hours and minutes (with `seconds` also those) of `scheduler`, in figures of equal width."""

    def __init__(
        self, theme: Theme, scheduler: Scheduler, *, seconds: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._scheduler = scheduler
        self._seconds = seconds
        self._alarm: Alarm | None = None
        self._zone_name = ""
        self._zone: ZoneInfo | None = None
        self.setObjectName("clock")
        self.setProperty("role", "clock")
        self.setFont(theme.font(theme.type.heading, bold=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._tick()

    def show_zone(self, zone: str) -> None:
        """Show the clock of this IANA time zone instead of the machine's; an unknown zone changes nothing."""
        if zone == self._zone_name:
            return
        self._zone_name = zone
        try:
            self._zone = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            self._zone = None
        self._show()

    def stop(self) -> None:
        """Stand still; call before the scheduler goes away."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _show(self) -> datetime:
        now = self._scheduler.now()
        shown = now.astimezone(self._zone) if self._zone else now
        self.setText(f"{shown:%H:%M:%S}" if self._seconds else f"{shown:%H:%M}")
        return now

    def _tick(self) -> None:
        now = self._show()
        step = 1 if self._seconds else _SECONDS_PER_MINUTE
        wait = step - (now.second % step) - now.microsecond / 1e6
        self._alarm = self._scheduler.call_later(wait + 0.02, self._tick)
