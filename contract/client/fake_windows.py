"""What a clerk may do at a window of the fake hall: open and close it, call, serve, send on."""

from __future__ import annotations

from collections.abc import Callable

from contract.bodies import (
    Call,
    Finish,
    Reason,
    StaffEntry,
    Ticket,
    TicketState,
    Transfer,
    WindowState,
    WindowView,
)
from contract.client import fake_views, fake_way
from contract.client.fake_book import Desk, Entry
from contract.client.fake_door import FakeDoor
from contract.errors import HallError


class FakeWindows(FakeDoor):
    """The window half of HallApi."""

    # -- windows

    def open_window(self, window: str, key: str = "") -> WindowView:
        def do(desk: Desk) -> None:
            person = self._signed_in()
            if desk.state is not WindowState.CLOSED and desk.staff is not None:
                if desk.staff.id == person.user:
                    return
                raise HallError("window_taken", {"staff": desk.staff.name})
            for other in self._book.desks.values():
                if other.staff is not None and other.staff.id == person.user:
                    raise HallError("staff_elsewhere", {"window": other.config.label})
            desk.staff = StaffEntry(id=person.user, name=person.name)
            self._turn(desk, WindowState.OPEN, "window.opened")

        return self._on_window("open", window, key, do)

    def pause_window(self, window: str, reason: str = "", key: str = "") -> WindowView:
        return self._on_window(
            f"pause {reason}", window, key, lambda desk: self._pause(desk, WindowState.OPEN, "window.paused", reason)
        )

    def resume_window(self, window: str, key: str = "") -> WindowView:
        return self._on_window(
            "resume", window, key, lambda desk: self._pause(desk, WindowState.PAUSED, "window.resumed", "")
        )

    def _pause(self, desk: Desk, must_be: WindowState, event_type: str, reason: str) -> None:
        self._mine(desk)
        if desk.state is not must_be:
            raise HallError("illegal_window_transition", {"state": desk.state.value})
        desk.reason = reason
        self._turn(desk, WindowState.PAUSED if must_be is WindowState.OPEN else WindowState.OPEN, event_type)

    def close_window(self, window: str, key: str = "") -> WindowView:
        def do(desk: Desk) -> None:
            self._mine(desk)
            self._must_be_idle(desk)
            desk.staff, desk.reason = None, ""
            self._turn(desk, WindowState.CLOSED, "window.closed")

        return self._on_window("close", window, key, do)

    def _turn(self, desk: Desk, state: WindowState, event_type: str) -> None:
        desk.state = state
        self._book.say_window(event_type, desk)

    def _on_window(self, act: str, window: str, key: str, do: Callable[[Desk], None]) -> WindowView:
        def run() -> WindowView:
            do(self._book.desk(window))
            return fake_views.window_view(self._book, window, "zh-CN")

        return self._command(f"{act} {window}", key, run)

    # -- calling

    def call_next(self, window: str, key: str = "") -> Call | None:
        def run() -> Call | None:
            self._may_call(window)
            chosen = self._book.choose(window)
            return None if chosen is None else self._called(chosen[0], window, chosen[1], "next")

        return self._command(f"call_next {window}", key, run)

    def pick(self, window: str, ticket_id: str, reason: str, key: str = "") -> Call:
        def run() -> Call:
            if "duty_manager" not in self._signed_in().roles:
                raise HallError("forbidden")
            if not reason.strip():
                raise HallError("reason_required", field="reason")
            self._may_call(window)
            entry = self._book.entry(ticket_id)
            self._book.check(entry, "call")
            if entry not in self._book.for_window(window):
                raise HallError("not_served_here")
            return self._called(entry, window, Reason(code="picked", params={"reason": reason}), "pick")

        return self._command(f"pick {window} {ticket_id} {reason}", key, run)

    def call_back(self, window: str, ticket_id: str, key: str = "") -> Call:
        def run() -> Call:
            self._may_call(window)
            entry = self._book.entry(ticket_id)
            self._book.check(entry, "call_back")
            if entry.ticket.window != window and entry.ticket.queue not in self._book.desks[window].config.serves:
                raise HallError("not_served_here")
            return self._called(entry, window, Reason(code="called_back"), "call_back")

        return self._command(f"call_back {window} {ticket_id}", key, run)

    def _called(self, entry: Entry, window: str, reason: Reason, how: str) -> Call:
        return Call(ticket=self._book.call(entry, window, reason, how), reason=reason)

    def recall(self, window: str, key: str = "") -> Ticket:
        def do(entry: Entry) -> None:
            ticket = entry.ticket
            if ticket.calls > self._book.config.hall.policy.recalls:
                raise HallError("recall_limit", {"number": ticket.number, "calls": ticket.calls})
            self._book.change(entry, calls=ticket.calls + 1)
            self._book.say("ticket.recalled", entry)

        return self._on_current("recall", window, key, do)

    def start(self, window: str, key: str = "") -> Ticket:
        def do(entry: Entry) -> None:
            self._book.change(entry, state=TicketState.SERVING, started_at=self._book.now())
            self._book.say("ticket.started", entry)

        return self._on_current("start", window, key, do)

    def finish(self, window: str, body: Finish | None = None, key: str = "") -> Ticket:
        how = body or Finish()

        def do(entry: Entry) -> None:
            self._book.change(entry, state=TicketState.FINISHED, finished_at=self._book.now())
            fake_way.after_finish(self._book, entry, window, how)

        return self._on_current(
            "finish", window, key, do, how.outcome if how == Finish(outcome=how.outcome) else str(how)
        )

    def no_show(self, window: str, key: str = "") -> Ticket:
        return self._on_current("no_show", window, key, self._book.miss)

    def hold(self, window: str, reason: str = "", key: str = "") -> Ticket:
        def do(entry: Entry) -> None:
            self._book.change(entry, state=TicketState.HELD, note=reason)
            self._book.say("ticket.held", entry)

        return self._on_current("hold", window, key, do, reason)

    def transfer(self, window: str, body: Transfer, key: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._current("transfer", window)
            if (body.queue is None) == (body.window is None):
                raise HallError("invalid_field", {"field": "queue"}, field="queue")
            old = entry.ticket
            queue = self._book.queue(body.queue) if body.queue else self._book.queues[old.queue]
            if body.window is not None:
                self._book.desk(body.window)
            if body.come_back:
                returns = fake_way.remember(entry, window, body.window)
            else:
                returns = fake_way.arrived_at(entry, body.window)
            self._book.change(entry, state=TicketState.TRANSFERRED)
            leg = {
                "id": self._book.new_id(),
                "leg": old.leg + 1,
                "queue": queue.id,
                "zone": queue.zone,
                "state": TicketState.WAITING,
                "window": None,
                "called_at": None,
                "started_at": None,
                "calls": 0,
                "note": body.note,
                "returns_to": returns,
            }
            new = self._book.add(old.model_copy(update=leg), entry.person, entry.order, body.window)
            self._book.say("ticket.transferred", new, from_queue=old.queue, from_window=window)
            return fake_views.ticket_view(self._book, new)

        return self._command(f"transfer {window} {body.model_dump_json()}", key, run)

    def _on_current(self, act: str, window: str, key: str, do: Callable[[Entry], object], more: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._current(act, window)
            do(entry)
            return fake_views.ticket_view(self._book, entry)

        return self._command(f"{act} {window} {more}".rstrip(), key, run)

    def _current(self, act: str, window: str) -> Entry:
        desk = self._book.desk(window)
        self._mine(desk)
        entry = self._book.active(window)
        if entry is None:
            raise HallError("window_idle")
        self._book.check(entry, act)
        return entry

    def _may_call(self, window: str) -> None:
        desk = self._book.desk(window)
        self._mine(desk)
        if desk.state is WindowState.PAUSED:
            raise HallError("window_paused")
        self._must_be_idle(desk)

    def _must_be_idle(self, desk: Desk) -> None:
        entry = self._book.active(desk.config.id)
        if entry is not None:
            raise HallError("window_busy", {"number": entry.ticket.number})

    def _mine(self, desk: Desk) -> None:
        person = self._signed_in()
        if desk.state is WindowState.CLOSED or desk.staff is None:
            raise HallError("window_closed")
        if desk.staff.id != person.user:
            raise HallError("window_taken", {"staff": desk.staff.name})
