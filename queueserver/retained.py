"""What the retained topics of one hall must show, kept up to date by the events as they are relayed."""

from __future__ import annotations

from collections.abc import Iterable

from contract.bodies import TicketState, WindowState
from contract.events import AnyData, AppointmentData, QueueStatus, TicketData, WindowData, WindowStatus

_AT_WINDOW = frozenset({TicketState.CALLED, TicketState.SERVING})


class Retained:
    """Window and queue states as of `sequence`; changes are collected until they are taken to be published."""

    def __init__(self, sequence: int, windows: Iterable[WindowStatus], queues: Iterable[QueueStatus]) -> None:
        self._sequence = sequence
        self.windows = {status.window: status for status in windows}
        self.queues = {status.queue: status for status in queues}
        self._changed_windows = set(self.windows)
        self._changed_queues = set(self.queues)

    def apply(self, sequence: int, event_type: str, data: AnyData) -> bool:
        """Take one event in; False when only the database can tell what is to be shown now (day, configuration)."""
        if sequence <= self._sequence:
            return True
        self._sequence = sequence
        if isinstance(data, TicketData):
            self._ticket(event_type, data)
            return True
        if isinstance(data, WindowData):
            self._window(data)
            return True
        return event_type == "announcement.broadcast" or isinstance(data, AppointmentData)

    def take_windows(self) -> list[WindowStatus]:
        """Window states that changed since they were taken last."""
        changed, self._changed_windows = self._changed_windows, set()
        return [self.windows[window] for window in sorted(changed)]

    def take_queues(self) -> list[QueueStatus]:
        """Queue states that changed since they were taken last."""
        changed, self._changed_queues = self._changed_queues, set()
        return [self.queues[queue] for queue in sorted(changed)]

    @property
    def queues_changed(self) -> bool:
        """Whether there are queue states to take."""
        return bool(self._changed_queues)

    def _ticket(self, event_type: str, data: TicketData) -> None:
        before = self.queues.get(data.queue)
        last_called = data.number if event_type == "ticket.called" else before.last_called if before else ""
        self.queues[data.queue] = QueueStatus(
            sequence=self._sequence, queue=data.queue, waiting=data.waiting, last_called=last_called
        )
        self._changed_queues.add(data.queue)
        here = data.window if data.state in _AT_WINDOW else None
        for window, status in self.windows.items():
            if status.number == data.number and window != here:
                self._show(window, number="", ticket_state=None, calls=0)
        if here is not None and here in self.windows:
            self._show(here, number=data.number, ticket_state=data.state, calls=data.calls)

    def _window(self, data: WindowData) -> None:
        if data.window in self.windows:
            self._show(data.window, state=WindowState(data.state), reason=data.reason)

    def _show(self, window: str, **changes: object) -> None:
        self.windows[window] = self.windows[window].model_copy(update={"sequence": self._sequence, **changes})
        self._changed_windows.add(window)
