"""What surrounds every page: hall and clock above, ways back below, and the question whether anybody is still here."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from hallui.palette import CONTRAST
from hallui.scheduler import Scheduler
from hallui.widgets import HeaderClock
from kiosk import inputs as on
from kiosk import words
from kiosk.state import (
    BUSY_PAGES,
    Duplicate,
    Help,
    Refused,
    Result,
    Start,
    State,
    Unprinted,
)
from kiosk.ui.countdown import Countdown
from kiosk.ui.look import CENTRE, Look
from kiosk.ui.picture import Picture


class Header(QFrame):
    """Hall name, language, large type, contrast, help, clock: on every page in the same place."""

    def __init__(self, look: Look, scheduler: Scheduler) -> None:
        super().__init__()
        self._look = look
        theme, t, palette = look.theme, look.t, look.theme.palette
        self.setObjectName("header")
        ground, ink = (palette.ground, palette.ink) if palette is CONTRAST else (palette.brand, palette.on_brand)
        edge = f"border-bottom: {theme.px(3)}px solid {palette.line};" if palette is CONTRAST else ""
        pressed = palette.brand_pressed
        size = theme.text(theme.type.body if look.upright or theme.elder else theme.type.button * 0.86)
        self.setStyleSheet(
            f"QFrame#header {{ background: {ground}; {edge} }} QFrame#header QLabel {{ color: {ink}; }}"
            f" QFrame#header QPushButton {{ background: transparent; color: {ink}; font-size: {size}px;"
            f" border: {theme.px(2)}px solid {ink}; padding: 0 {theme.space(1.5)}px; }}"
            f" QFrame#header QPushButton:pressed {{ background: {pressed}; }}"
            f" QFrame#header QPushButton:checked {{ background: {ink}; color: {ground}; font-weight: normal; }}"
        )
        row = look.row(self, gap=1.5)
        side = theme.space(4 if look.upright else 5)
        row.setContentsMargins(side, theme.space(1.5), side, theme.space(1.5))
        self._hall = QLabel()
        self._hall.setObjectName("hall-name")
        self._hall.setWordWrap(True)
        self._hall.setProperty("role", "fact" if look.upright else "heading")
        row.addWidget(self._hall, 1)
        self._languages = look.row(gap=1)
        row.addLayout(self._languages)
        self._shown_languages: tuple[tuple[str, ...], str] = ((), "")
        self._elder = look.key(t("Large type"), "header-elder", on.ToggleElder())
        self._contrast = look.key(t("Contrast"), "header-contrast", on.ToggleContrast())
        self._help = look.key(t("Help"), "header-help", on.ShowHelp())
        for key in (self._elder, self._contrast):
            key.setCheckable(True)
        for key in (self._elder, self._contrast, self._help):
            row.addWidget(key)
        self._clock = HeaderClock(theme, scheduler)
        row.addWidget(self._clock)

    def show_state(self, state: State) -> None:
        self._hall.setText(state.catalogue.name if state.catalogue else "")
        if state.catalogue:
            self._clock.show_zone(state.catalogue.time_zone)
        self._elder.setChecked(state.elder)
        self._contrast.setChecked(state.contrast)
        available = state.catalogue.languages if state.catalogue else ()
        if (available, state.lang) != self._shown_languages:
            self._shown_languages = (available, state.lang)
            self._show_languages([lang for lang in available if lang != state.lang])

    def stop(self) -> None:
        """The header goes away: so does its clock's alarm."""
        self._clock.stop()

    def _show_languages(self, others: list[str]) -> None:
        while (taken := self._languages.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.deleteLater()
        for lang in others:
            self._languages.addWidget(
                self._look.key(words.language_name(lang), f"header-lang-{lang}", on.ChooseLanguage(lang))
            )


class Footer(QFrame):
    """Start over and one step back, always at the same place; absent where there is nothing to go back from."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        theme, t = look.theme, look.t
        row = look.row(self, gap=3)
        side = theme.space(4 if look.upright else 5)
        row.setContentsMargins(side, 0, side, theme.space(3))
        self._home = look.key(t("Start over"), "footer-home", on.StartOver(), picture="home")
        self._back = look.key(t("Back"), "footer-back", on.Back(), picture="back")
        self._notice = look.words("warn", "footer-notice", Qt.AlignmentFlag.AlignRight)
        row.addWidget(self._back)
        row.addWidget(self._home)
        row.addWidget(self._notice, 1)

    def show_state(self, state: State) -> None:
        page = state.page
        away = not isinstance(page, (Start, Result, Unprinted, *BUSY_PAGES))
        self.setVisible(away)
        self._back.setVisible(bool(state.trail) and not isinstance(page, Refused | Duplicate))
        self._home.setVisible(not isinstance(page, Help) or len(state.trail) > 1)
        self._notice.setText("" if state.world.online else self._look.t("The queue server does not answer just now."))


class StillThere(QWidget):
    """Over everything, ten seconds before a forgotten screen goes home; touching anywhere goes on."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        theme, t = look.theme, look.t
        self.setObjectName("still-there")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        veil = "rgba(0, 0, 0, 200)" if theme.palette is CONTRAST else "rgba(7, 26, 51, 170)"
        self.setStyleSheet(f"QWidget#still-there {{ background: {veil}; }}")
        column = look.column(self)
        frame, inside = look.card(6)
        frame.setMaximumWidth(theme.px(900))
        title = look.words("title", "still-title", CENTRE)
        title.setText(t("Are you still there?"))
        said = look.words("", "still-advice", CENTRE)
        said.setText(t("This screen will go back to the start in a few seconds."))
        self._countdown = Countdown(theme)
        inside.addWidget(Picture(theme, "clock", 110), 0, CENTRE)
        for part in (title, said, self._countdown):
            inside.addWidget(part)
        inside.addWidget(look.key(t("Continue"), "still-continue", on.Touched(), "primary", "check"))
        column.addStretch(1)
        row = look.row()
        row.addStretch(1)
        row.addWidget(frame, 6)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.hide()

    def show_state(self, state: State) -> None:
        self.setVisible(state.warned)
        if state.warned:
            self.raise_()
            self._countdown.show_timer(state.timer, state.timer_seconds)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the card is fine too."""
        event.accept()
        self._look.tell(on.Touched())
