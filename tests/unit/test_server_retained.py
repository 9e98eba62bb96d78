"""Retained states follow the events: what a bar shows after every kind of fact, and why-sentences in two languages."""

from __future__ import annotations

import pytest

from contract.bodies import TicketState, WindowState
from contract.events import ConfigData, DayData, QueueStatus, TicketData, WindowData, WindowStatus
from queueserver.retained import Retained


def board() -> Retained:
    windows = [
        WindowStatus(sequence=10, window=window, label=window[1:], zone="east", state=WindowState.OPEN)
        for window in ("w1", "w2")
    ]
    retained = Retained(10, windows, [QueueStatus(sequence=10, queue="social", waiting=3)])
    retained.take_windows()
    retained.take_queues()
    return retained


def ticket(state: TicketState, window: str | None = None, waiting: int = 2, calls: int = 1) -> TicketData:
    return TicketData(
        ticket="01", number="A001", queue="social", service="pension", state=state, priority_class="ordinary",
        waiting=waiting, window=window, calls=calls,
    )  # fmt: skip


def test_a_newcomer_is_told_everything_once() -> None:
    retained = Retained(1, [WindowStatus(sequence=1, window="w1", label="1", zone="", state=WindowState.CLOSED)], [])
    assert [status.window for status in retained.take_windows()] == ["w1"]
    assert retained.take_windows() == []


def test_a_call_shows_at_its_window_and_in_its_queue() -> None:
    retained = board()
    assert retained.apply(11, "ticket.called", ticket(TicketState.CALLED, "w1"))
    (shown,) = retained.take_windows()
    assert (shown.window, shown.number, shown.ticket_state, shown.sequence) == ("w1", "A001", "called", 11)
    (counted,) = retained.take_queues()
    assert (counted.waiting, counted.last_called) == (2, "A001")


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("ticket.finished", TicketState.FINISHED),
        ("ticket.missed", TicketState.NO_SHOW),
        ("ticket.missed", TicketState.WAITING),
        ("ticket.held", TicketState.HELD),
        ("ticket.returned", TicketState.WAITING),
        ("ticket.transferred", TicketState.WAITING),
    ],
)
def test_who_leaves_a_window_is_shown_there_no_more(event: str, state: TicketState) -> None:
    retained = board()
    retained.apply(11, "ticket.called", ticket(TicketState.CALLED, "w1"))
    retained.take_windows()
    retained.apply(12, event, ticket(state, "w1" if state in (TicketState.FINISHED, TicketState.HELD) else None))
    (shown,) = retained.take_windows()
    assert (shown.window, shown.number, shown.ticket_state, shown.calls) == ("w1", "", None, 0)


def test_other_windows_are_left_alone() -> None:
    retained = board()
    retained.apply(11, "ticket.called", ticket(TicketState.CALLED, "w1"))
    retained.take_windows()
    other = ticket(TicketState.CALLED, "w2").model_copy(update={"number": "A002"})
    retained.apply(12, "ticket.called", other)
    assert [status.window for status in retained.take_windows()] == ["w2"]
    retained.apply(13, "ticket.started", ticket(TicketState.SERVING, "w1"))
    assert retained.windows["w1"].ticket_state is TicketState.SERVING
    assert retained.windows["w2"].number == "A002"


def test_a_pause_is_shown_with_its_reason() -> None:
    retained = board()
    paused = WindowData(window="w1", label="1", zone="east", state=WindowState.PAUSED, reason="午休")
    retained.apply(11, "window.paused", paused)
    (shown,) = retained.take_windows()
    assert (shown.state, shown.reason) == ("paused", "午休")


def test_events_older_than_the_picture_change_nothing() -> None:
    retained = board()
    assert retained.apply(9, "ticket.called", ticket(TicketState.CALLED, "w1"))
    assert retained.take_windows() == []
    assert not retained.queues_changed


def test_only_the_database_knows_after_a_new_day_or_configuration() -> None:
    from datetime import date

    assert not board().apply(11, "day.closed", DayData(business_day=date(2026, 3, 2)))
    assert not board().apply(11, "config.published", ConfigData(version=2))
