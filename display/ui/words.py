"""The few words on a hall screen, in the screen's language."""

from __future__ import annotations

from contract.bodies import ServiceState, TicketState, WindowState
from display.screen import Link, Screen, WindowLine
from i18n import Translator

_MARK = "\x00"


class Words:
    """All that is written on the glass; one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._t = Translator(language)

    def in_row(self, state: TicketState) -> str:
        """As `ticket_state`, where it stands behind the window."""
        return self._t("Please come") if state is TicketState.CALLED else self.ticket_state(state)

    def window(self, label: str) -> tuple[str, str, str]:
        """What stands before the label, the label, what stands after it: ("", "3", "号窗口")."""
        before, _, after = self._t("Window {label}", label=_MARK).partition(_MARK)
        return before.strip(), label, after.strip()

    def go_to_window(self, label: str) -> str:
        return self._t("Please go to window {label}", label=label)

    def ticket_state(self, state: TicketState) -> str:
        """Before the window of a call: what has become of it."""
        if state is TicketState.CALLED:
            return self._t("Please go to")
        if state is TicketState.SERVING:
            return self._t("Being served")
        return self._t("Missed")

    def whole_window(self, label: str) -> str:
        """ "3号窗口" in one piece."""
        before, label, after = self.window(label)
        return f"{before} {label}{after}".strip()

    def short_window(self, label: str) -> str:
        """The window where a heading already says that these are windows."""
        return self._t("No. {label}", label=label)

    def number_to_window(self, number: str, label: str) -> str:
        """A whole call in few characters, for a bar of light: "A012 到 3 号窗口"."""
        return self._t("{number} to window {label}", number=number, label=label)

    def at_window(self, line: WindowLine) -> str:
        """What a window without a ticket to show does."""
        return self.window_state(line.state)

    def window_state(self, state: WindowState) -> str:
        """What a window does whom nobody is called to."""
        if state is WindowState.CLOSED:
            return self._t("Not open")
        if state is WindowState.PAUSED:
            return self._t("On a break")
        return self._t("Free")

    def not_open(self, count: int) -> str:
        """So many windows are not listed, because they are closed."""
        return self._t.plural("{n} window is not open", "{n} windows are not open", count)

    def queue_count(self, waiting: int, state: ServiceState) -> str:
        """The count, or why there is none: a queue that is closed for today and empty."""
        if state is ServiceState.CLOSED and not waiting:
            return self._t("Closed")
        return str(waiting)

    def more_calls(self, page: int, pages: int) -> str:
        return self._t("Called numbers, page {page} of {pages}", page=page, pages=pages)

    def more_windows(self, page: int, pages: int) -> str:
        return self._t("Windows, page {page} of {pages}", page=page, pages=pages)

    @property
    def date_form(self) -> str:
        """A form of QLocale for the date in the header."""
        return self._t("ddd d MMMM yyyy")

    @property
    def queues_title(self) -> str:
        return self._t("People waiting")

    @property
    def windows_title(self) -> str:
        return self._t("Windows")

    @property
    def no_calls(self) -> tuple[str, str]:
        return (
            self._t("Nobody is being called right now"),
            self._t("Please keep your ticket ready. Your number will appear here."),
        )

    @property
    def connecting(self) -> tuple[str, str]:
        return (
            self._t("Connecting to the queue server …"),
            self._t("Until then, please listen to the staff."),
        )

    @property
    def unknown_window(self) -> str:
        return self._t("This window is not set up")

    def notices(self, screen: Screen) -> tuple[str, ...]:
        """The hall's own notices, or three that are true in every hall."""
        return screen.notices or (
            self._t("Please watch the screen and listen for your number."),
            self._t("Missed your call? Please tell the staff at the window or at the service desk."),
            self._t("Elderly or disabled, or in need of help? Please come to the service desk."),
        )

    def trouble(self, screen: Screen) -> str:
        """The strip under the header: what does not work and what it means for a visitor; empty when all is well."""
        if screen.link is Link.LOST and screen.link_since is not None:
            since = f"{screen.link_since:%H:%M}"
            return self._t("No news since {time}. Calls may be out of date; please listen to the staff.", time=since)
        if screen.link is Link.DELAYED:
            return self._t("Calls may appear a few seconds late.")
        if screen.silent:
            return self._t("The loudspeaker is out of order. Please watch the screen.")
        return ""
