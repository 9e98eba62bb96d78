"""What a clerk may do at a window of the fake hall: open and close it, call, serve, send on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

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
from contract.client.fake_assigning import call_to
from contract.client.fake_book import Desk, Entry
from contract.client.fake_choosing import choose
from contract.client.fake_day import FakeDay
from contract.config import Assignment, Queue
from contract.errors import HallError

OVERSEERS: Final = frozenset({"duty_manager", "manager"})
"""Roles that may act at a window where somebody else sits."""


class FakeWindows(FakeDay):
    """The window half of HallApi."""

    # -- windows

    def open_window(self, window: str, key: str = "", *, auto: bool | None = None) -> WindowView:
        def do(desk: Desk) -> None:
            person = self._signed_in()
            if desk.state is not WindowState.CLOSED and desk.staff is not None:
                if desk.staff.id == person.user:
                    return
                raise HallError("window_taken", {"staff": desk.staff.name})
            for other in self._book.desks.values():
                if other.staff is not None and other.staff.id == person.user:
                    raise HallError("staff_elsewhere", {"window": other.config.label})
            self._must_be_free_to_choose(auto)
            desk.staff = StaffEntry(id=person.user, name=person.name)
            desk.auto = desk.config.auto if auto is None else auto
            self._turn(desk, WindowState.OPEN, "window.opened")

        return self._on_window(_asked("open", auto), window, key, do)

    def pause_window(self, window: str, reason: str = "", key: str = "") -> WindowView:
        return self._on_window(
            f"pause {reason}", window, key, lambda desk: self._pause(desk, WindowState.OPEN, "window.paused", reason)
        )

    def resume_window(self, window: str, key: str = "", *, auto: bool | None = None) -> WindowView:
        def do(desk: Desk) -> None:
            self._must_be_free_to_choose(auto)
            self._pause(desk, WindowState.PAUSED, "window.resumed", "")
            desk.auto = desk.auto if auto is None else auto

        return self._on_window(_asked("resume", auto), window, key, do)

    def switch_calling(self, window: str, auto: bool, key: str = "") -> WindowView:
        def do(desk: Desk) -> None:
            self._theirs(desk)
            self._must_be_free_to_choose(auto)
            if desk.state is WindowState.CLOSED:
                raise HallError("illegal_window_transition", {"state": desk.state.value})
            if desk.auto != auto:
                desk.auto = auto
                self._book.say_window("window.switched", desk)

        return self._on_window(_asked("switch", auto), window, key, do)

    def _must_be_free_to_choose(self, auto: bool | None) -> None:
        if auto is not None and self._book.config.hall.policy.assignment is not Assignment.MIXED:
            raise HallError("assignment_fixed", field="auto")

    def _pause(self, desk: Desk, must_be: WindowState, event_type: str, reason: str) -> None:
        self._theirs(desk)
        if desk.state is not must_be:
            raise HallError("illegal_window_transition", {"state": desk.state.value})
        desk.reason = reason
        self._turn(desk, WindowState.PAUSED if must_be is WindowState.OPEN else WindowState.OPEN, event_type)

    def close_window(self, window: str, key: str = "") -> WindowView:
        def do(desk: Desk) -> None:
            self._theirs(desk)
            self._must_be_idle(desk)
            if desk.state is WindowState.CLOSED:
                raise HallError("illegal_window_transition", {"state": desk.state.value})
            desk.staff, desk.reason = None, ""
            self._turn(desk, WindowState.CLOSED, "window.closed")
            for entry in self._book.entries.values():
                if entry.sent_to == window and entry.ticket.state is TicketState.WAITING:
                    entry.sent_to, entry.came_back = None, False
                    self._book.say("ticket.returned", entry, how="window_closed", from_window=window)

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
            chosen = choose(self._book, window)
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
            if entry.ticket.not_before is not None and entry.ticket.not_before > self._book.now():
                raise HallError("not_due_yet", {"number": entry.ticket.number})
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
        call_to(self._book, entry, window, reason, how)
        return Call(ticket=entry.ticket, reason=reason)

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
        def do(entry: Entry) -> None:
            if self._book.miss(entry).state is TicketState.EXPIRED:
                self._book.change(entry, stops=fake_way.ended(entry.ticket, "missed"))

        return self._on_current("no_show", window, key, do)

    def hold(self, window: str, reason: str = "", key: str = "", *, minutes: int | None = None) -> Ticket:
        def do(entry: Entry) -> None:
            until = None if minutes is None else self._book.now() + timedelta(minutes=minutes)
            self._book.change(entry, state=TicketState.HELD, note=reason, not_before=until)
            self._book.say("ticket.held", entry)

        return self._on_current("hold", window, key, do, reason if minutes is None else f"{reason} {minutes}")

    def transfer(self, window: str, body: Transfer, key: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._current("transfer", window)
            old = entry.ticket
            queue = self._destination(window, body, old)
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
                "not_before": None,
                "booked_for": None,
            }
            new = self._book.add_leg(old.model_copy(update=leg), entry, body.window)
            self._book.say("ticket.transferred", new, from_queue=old.queue, from_window=window)
            return fake_views.ticket_view(self._book, new)

        return self._command(f"transfer {window} {body.model_dump_json()}", key, run)

    def _destination(self, window: str, body: Transfer, old: Ticket) -> Queue:
        """The queue of the leg that follows."""
        book = self._book
        if (body.queue is None) == (body.window is None):
            raise HallError("invalid_field", {"field": "queue"}, field="queue")
        if body.queue is not None:
            return book.queue(body.queue)
        serves = book.desk(body.window or "").config.serves
        if body.window == window:
            raise HallError("invalid_field", {"field": "window"}, field="window")
        return book.queue(old.queue if old.queue in serves else serves[0])

    def _on_current(self, act: str, window: str, key: str, do: Callable[[Entry], object], more: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._current(act, window)
            do(entry)
            return fake_views.ticket_view(self._book, entry)

        return self._command(f"{act} {window} {more}".rstrip(), key, run)

    def _current(self, act: str, window: str) -> Entry:
        desk = self._book.desk(window)
        self._theirs(desk)
        entry = self._book.active(window)
        if entry is None:
            raise HallError("window_idle")
        self._book.check(entry, act)
        return entry

    def _may_call(self, window: str) -> None:
        desk = self._book.desk(window)
        self._theirs(desk)
        if desk.state is WindowState.CLOSED:
            raise HallError("window_closed")
        if desk.state is WindowState.PAUSED:
            raise HallError("window_paused")
        self._must_be_idle(desk)

    def _must_be_idle(self, desk: Desk) -> None:
        entry = self._book.active(desk.config.id)
        if entry is not None:
            raise HallError("window_busy", {"number": entry.ticket.number})

    def _theirs(self, desk: Desk) -> None:
        """Raise when somebody else sits there and the one who asks does not oversee the hall."""
        person = self._signed_in()
        if desk.staff is not None and desk.staff.id != person.user and not OVERSEERS.intersection(person.roles):
            raise HallError("window_taken", {"staff": desk.staff.name})


def _asked(act: str, auto: bool | None) -> str:
    return act if auto is None else f"{act} {'auto' if auto else 'by hand'}"
