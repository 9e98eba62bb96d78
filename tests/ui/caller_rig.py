"""The caller's real screens over the fake hall, with a clock that tests turn themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from caller.presenter import CallerPresenter
from caller.state import Act, Stage, State
from caller.ui.act_key import ActKey
from caller.ui.shell import CallerShell
from contract.bodies import TakeTicket, Ticket
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, SAMPLE_HALL, Staff
from contract.config import Assignment, HallConfig
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs, Jobs


def hall_that_calls(assignment: Assignment, seconds: int = 5) -> HallConfig:
    """The sample hall, which calls by itself so many seconds after a window became free."""
    policy = SAMPLE_HALL.hall.policy.model_copy(update={"assignment": assignment, "assign_after_seconds": seconds})
    return SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy})})


class CallerRig:
    """Everything of the app but the network; `press` and `click` are a clerk's hands."""

    def __init__(
        self,
        *,
        jobs: Jobs | None = None,
        language: str = "zh-CN",
        window: str = "",
        config: HallConfig = SAMPLE_HALL,
    ) -> None:
        self.scheduler = ManualScheduler()
        self.hall = FakeHall(config, now=self.scheduler.now)
        self.presenter = CallerPresenter(
            self.hall, jobs or InlineJobs(), self.scheduler, language=language, window=window
        )
        self.ended = 0
        self._closed = False
        self.shell = CallerShell(self.presenter, self.scheduler, closed=self._end)
        self.hall.subscribe(self.presenter.heard(lambda action: action()).event)

    def _end(self) -> None:
        self.ended += 1

    @property
    def state(self) -> State:
        return self.presenter.state

    def visitor(self, service: str, *services: str) -> Ticket:
        """One who comes for several services."""
        return self.hall.take_ticket(TakeTicket(service=service, services=services))

    def visitors(self, *services: str, priority: str | None = None) -> list[Ticket]:
        """One each."""
        return [self.hall.take_ticket(TakeTicket(service=service, priority_class=priority)) for service in services]

    def sit_down(self, window: str = "w2", who: Staff = CHIEF) -> None:
        """Signed in, at an open window, with the panel shown."""
        self.shell.show()
        page = self.shell.panel.sign_in
        page.user.setText(who.user)
        page.password.setText(who.password)
        page.go.click()
        if self.state.stage is Stage.CHOOSE:
            self.presenter.sit_down(window)
        else:
            self.press("F1")
        self.pass_time(1)

    def pass_time(self, seconds: float) -> None:
        """The hall, too, hears that it passes."""
        whole, rest = divmod(seconds, 1)
        for step in (*[1.0] * int(whole), rest):
            self.scheduler.advance(step)
            self.hall.tick()

    def press(self, key: str, times: int = 1) -> None:
        """A hotkey like "F1" or "Shift+F1", on whichever of the two windows is shown."""
        code = getattr(Qt.Key, f"Key_{key.removeprefix('Shift+')}")
        shift = Qt.KeyboardModifier.ShiftModifier if key.startswith("Shift+") else Qt.KeyboardModifier.NoModifier
        for _ in range(times):
            window = self.shell.visible
            window.activateWindow()
            assert QTest.qWaitForWindowActive(window, 5000)
            QTest.keyClick(window, code, shift)

    def key(self, act: Act) -> ActKey:
        """The visible key of `act`."""
        found = [key for key in self.shell.visible.findChildren(ActKey) if key.act is act and key.isVisible()]
        assert found, f"no key for {act} is shown"
        return found[0]

    def type_key(self, key: Qt.Key, shift: bool = False) -> None:
        """A key into whatever has the focus."""
        focused = self.shell.visible.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        """May be called twice."""
        if not self._closed:
            self._closed = True
            self.presenter.close()
            self.shell.close()
