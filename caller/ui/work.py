"""The panel at work: the visitor on top, two big keys, one sentence, the other keys, the lists or a chooser below."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from caller import keys, screen
from caller.lists import rows
from caller.screen import Said
from caller.state import NOTHING_SAID, Act, State
from caller.stops import way_in_full, way_words
from caller.ui.act_key import ActKey
from caller.ui.add_sheet import AddSheet
from caller.ui.auto_strip import AutoStrip
from caller.ui.callout import Callout
from caller.ui.elided import ElidedLabel
from caller.ui.finish_sheet import FinishSheet
from caller.ui.hold_sheet import HoldSheet
from caller.ui.look import PANEL_WIDTH, badge_style
from caller.ui.reason_sheet import ReasonSheet
from caller.ui.shelves import LIST_ACTS, Shelves
from caller.ui.stops_line import StopsLine
from caller.ui.transfer_sheet import TransferSheet
from contract.bodies import TicketState
from hallui.widgets import Key, set_role
from i18n import Translator

_COLUMNS = 4
_SPACING = 4
LONG_NAME = 40
"""Letters of a service's name from which it is set smaller, to stay in its two lines."""
Sheet = TransferSheet | ReasonSheet | HoldSheet | FinishSheet | AddSheet


class VisitorCard(QFrame):
    """Number, state, service, running time; nothing to press. Its height never changes, so no key moves below it.

    A visit of several services has a line for its stops, in the room of the service's second line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.number, self.badge = _label("number", "number"), _label("", "badge")
        self.service, self.details = _label("service", "service"), ElidedLabel("small", "details")
        self.timer_label, self.timer = _label("small", "timer-label"), _label("timer", "timer")
        self.stops = StopsLine(self)
        self.service.setWordWrap(True)
        self.service.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._more = ""
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        right.addWidget(self.timer_label, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self.timer, 0, Qt.AlignmentFlag.AlignRight)
        top = QHBoxLayout()
        top.addWidget(self.number, 1)
        top.addLayout(right)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.setSpacing(2)
        inside.addLayout(top, 1)
        inside.addWidget(self.service)
        inside.addWidget(self.stops)
        inside.addWidget(self.details)
        self._tight = self._several = False
        self._lay_out()

    def set_tight(self, tight: bool) -> None:
        """In a low panel there is room for one line of the service's name, and stops stand for the details."""
        self._tight = tight
        self._lay_out()

    def _lay_out(self) -> None:
        self.setFixedHeight(138 if self._tight else 172)
        self.service.setFixedHeight(24 if self._tight or self._several else 50)
        self.stops.setVisible(self._several)
        self.details.setVisible(not (self._tight and self._several))
        self.timer_label.setVisible(not (self._tight and self._several))

    def render_state(self, state: State, t: Translator) -> None:
        head = screen.head(state, t)
        self.number.setText(head.number)
        set_role(self.number, "state" if head.idle else "number")
        self.badge.setText(head.badge)
        self.badge.setVisible(bool(head.badge))
        self.badge.setStyleSheet(badge_style(head.badge_role))
        way = way_words(state, t)
        if bool(way) != self._several:
            self._several = bool(way)
            self._lay_out()
        self.stops.say(state.stops, way, way_in_full(state, t))
        set_role(self.service, "service-long" if len(head.service) > LONG_NAME and not way else "service")
        self.service.setText(self._fitting(head.service) if way else head.service)
        self.service.setToolTip(head.service)
        self._more = head.details
        self.setAccessibleName(f"{head.number} {head.badge} {head.service}")

    def _fitting(self, name: str) -> str:
        return self.service.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, PANEL_WIDTH - 60)

    def tick(self, state: State, t: Translator, now: datetime) -> None:
        timer = screen.timer(state, t, now)
        self.timer_label.setText(timer.label)
        self.timer.setText(timer.time)
        self.details.say(" · ".join(part for part in (self._more, timer.before) if part))


class OnePageStack(QStackedWidget):
    """Needs the room of the page that is shown, not of the largest one."""

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else super().minimumSizeHint()


class WorkPage(QWidget):
    """Emits `pressed(Act, Details)`, `chosen(Details)` of the open chooser, and quiet wishes."""

    pressed = Signal(object, object)
    chosen = Signal(object)
    sheet_left = Signal()
    shelf_opened = Signal(object)
    window_left = Signal()
    signed_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet_shown: Act | None = None
        self.card = VisitorCard(self)
        self.primary = [ActKey(act, wide=True, height=58, size=19, parent=self) for act in (Act.NEXT, Act.FINISH)]
        self.callout = Callout(56, self)
        self.secondary = [ActKey(act, wide=False, height=50, parent=self) for act in keys.SECONDARY]
        self.strip = AutoStrip(self)
        self.strip.wanted.connect(lambda act: self.pressed.emit(act, NOTHING_SAID))
        for key in (*self.primary, *self.secondary):
            key.wanted.connect(lambda act: self.pressed.emit(act, NOTHING_SAID))
        self.shelves = Shelves(self)
        self.shelves.wanted.connect(self.pressed)
        self.shelves.opened.connect(self.shelf_opened)
        self.shelves.left.connect(self.primary[0].setFocus)
        self.transfer, self.hold = TransferSheet(self), HoldSheet(self)
        self.finish, self.add = FinishSheet(self), AddSheet(self)
        self.reasons = {act: ReasonSheet(act, self) for act in (Act.PAUSE, Act.PICK)}
        self.sheets: dict[Act, Sheet] = {
            Act.TRANSFER: self.transfer,
            Act.HOLD: self.hold,
            Act.FINISH: self.finish,
            Act.ADD: self.add,
            **self.reasons,
        }
        for sheet in self.sheets.values():
            sheet.chosen.connect(self.chosen)
            sheet.left.connect(self.sheet_left)
        self.change, self.leave = Key("", "change-window", "quiet", self), Key("", "sign-out", "quiet", self)
        self.change.clicked.connect(self.window_left)
        self.leave.clicked.connect(self.signed_out)
        self._build()

    def _build(self) -> None:
        row, grid, foot = QHBoxLayout(), QGridLayout(), QHBoxLayout()
        row.setSpacing(8)
        grid.setSpacing(6)
        for key in self.primary:
            row.addWidget(key, 1)
        for place, key in enumerate(self.secondary):
            grid.addWidget(key, place // _COLUMNS, place % _COLUMNS)
            grid.setColumnStretch(place % _COLUMNS, 1)
        foot.addStretch(1)
        foot.addWidget(self.change)
        foot.addWidget(self.leave)
        foot.addStretch(1)
        below = QWidget(self)
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(8)
        lower.addLayout(grid)
        lower.addWidget(self.shelves, 1)
        lower.addLayout(foot)
        self.stack = OnePageStack(self)
        for page in (below, *self.sheets.values()):
            self.stack.addWidget(page)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(_SPACING)
        inside.addWidget(self.card)
        inside.addSpacing(4)
        inside.addWidget(self.strip)
        inside.addLayout(row)
        inside.addWidget(self.callout)
        inside.addWidget(self.stack, 1)

    def render_state(self, state: State, t: Translator, now: datetime, said: Said) -> None:
        self.card.render_state(state, t)
        self.strip.render_state(state, t, now, refused=said.role == "bad" and said.act is Act.AUTO)
        self.tick(state, t, now)
        self._render_keys(state, t, said)
        self.shelves.render_state(state, t, rows(state, t, now), said)
        self.change.setVisible(state.may_leave and not state.fixed_window)
        self.leave.setVisible(state.may_leave)
        self.change.say(t("Another window"))
        self.leave.say(t("Sign out"))
        self._render_sheet(state, t, said)

    def set_tight(self, tight: bool) -> None:
        """Lower card and keys for a low panel; the list keeps some lines."""
        self.card.set_tight(tight)
        self.callout.setFixedHeight(46 if tight else 56)
        for key in self.primary:
            key.set_height(46 if tight else 58)
        for key in self.secondary:
            key.set_height(42 if tight else 50)

    def tick(self, state: State, t: Translator, now: datetime) -> None:
        self.card.tick(state, t, now)
        self.strip.tick(state, t, now)

    def fresh_rows(self, state: State, t: Translator, now: datetime) -> None:
        """Minutes go on while nothing else happens."""
        self.shelves.show_rows(rows(state, t, now))

    def confirm(self, act: Act) -> bool:
        """The key of the open chooser came again: do what it stands at. False where that would be a surprise."""
        sheet = self.sheets.get(act)
        if not isinstance(sheet, HoldSheet | FinishSheet):
            return False
        sheet.confirm()
        return True

    @property
    def extra_height(self) -> int:
        """What the line about who calls needs on top of the panel's least height; nothing where staff call."""
        return 0 if self.strip.isHidden() else self.strip.height() + _SPACING

    def next_shelf_or_focus(self, state: State) -> bool:
        """Focus the list; False when it has the focus already."""
        if self.shelves.list.hasFocus() or not state.view:
            return False
        self.shelves.list.setFocus()
        return True

    def _render_keys(self, state: State, t: Translator, said: Said) -> None:
        bad = said.act if said.role == "bad" else None
        focused = next((key for key in (*self.primary, *self.secondary) if key.hasFocus()), None)
        faces = screen.faces(state, t, keys.primary(state))
        for key, face in zip(self.primary, (*faces, None)[:2], strict=True):
            key.setVisible(face is not None)
            if face is not None:
                key.show_face(face, role="primary", refused=bad is face.act)
        called = state.current is not None and state.current.state is TicketState.CALLED
        for key, face in zip(self.secondary, screen.faces(state, t, keys.SECONDARY), strict=True):
            key.show_face(face, role="next" if called and face.act is Act.START else "", refused=bad is face.act)
        if focused is not None and not focused.isEnabled():
            self.focus_primary()
        elsewhere = state.sheet is not None or said.act in LIST_ACTS
        self.callout.say(Said() if elsewhere and said.act is not None else said, self._key_of(said.act, said.role))

    def focus_primary(self) -> None:
        """A key that went off hands the focus to the big key that is on, not to whatever comes next."""
        wanted = next((key for key in self.primary if key.isEnabled() and not key.isHidden()), None)
        if wanted is not None:
            wanted.setFocus()

    def _key_of(self, act: Act | None, role: str) -> ActKey | None:
        if role != "bad":
            return None
        return next((key for key in (*self.primary, *self.secondary, self.strip.key) if key.act is act), None)

    def _render_sheet(self, state: State, t: Translator, said: Said) -> None:
        page = self.sheets[state.sheet] if state.sheet is not None else None
        if page is not None:
            page.render_state(state, t, said)
            self.stack.setCurrentWidget(page)
        else:
            self.stack.setCurrentIndex(0)
        self.stack.updateGeometry()
        self.callout.setVisible(page is None)
        if page is not None and state.sheet is not self._sheet_shown:
            page.open_now()
        elif page is None and self._sheet_shown is not None:
            self.focus_primary()
        self._sheet_shown = state.sheet


def _label(role: str, name: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    if role:
        label.setProperty("role", role)
    return label
