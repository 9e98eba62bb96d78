"""Retained states follow the events: what a bar shows after every kind of fact, and why-sentences in two languages."""

from __future__ import annotations

import pytest

from contract.bodies import PassedOver, Reason, TicketState, WindowState
from contract.client.sample import SAMPLE_HALL
from contract.events import ConfigData, DayData, QueueStatus, TicketData, WindowData, WindowStatus
from i18n import Translator
from queueserver.published import Published
from queueserver.retained import Retained
from queueserver.store.plans import plan_of
from queueserver.why import sentence


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


REASONS = [
    Reason(code="first_in_line", params={"waited_minutes": 1}),
    Reason(code="first_in_line", params={"waited_minutes": 12}),
    Reason(code="sent_here", params={"waited_minutes": 3}),
    Reason(code="privileged", params={"priority_class": "elderly"}),
    Reason(code="ordinary_turn", params={"after": 2}),
    Reason(code="waited_too_long", params={"waited_minutes": 50, "limit_minutes": 45}),
    Reason(code="rule", params={"rule": 1, "queue": "social", "waited_minutes": 20}),
    Reason(code="picked", params={"reason": "急事"}),
    Reason(code="called_back", params={"state": "held"}),
]


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_has_a_sentence(reason: Reason, lang: str) -> None:
    published = Published(1, SAMPLE_HALL, plan_of(SAMPLE_HALL, 1))
    told = reason.model_copy(
        update={"passed_over": (PassedOver(number="A001", priority_class="ordinary", waited_minutes=9),)}
    )
    said = sentence(told, published, lang)
    assert "{" not in said
    assert "A001" in said
    assert said.isascii() == (lang == "en" and "急" not in said)
    values = {"elderly": published.class_name("elderly", lang), "social": published.queue_name("social", lang)}
    for value in reason.params.values():
        if (reason.code, value) not in {("rule", 20), ("called_back", "held"), ("first_in_line", 1)}:
            assert values.get(str(value), str(value)) in said


def test_one_minute_is_not_minutes() -> None:
    published = Published(1, SAMPLE_HALL, plan_of(SAMPLE_HALL, 1))
    assert sentence(REASONS[0], published, "en") == "It was first in line after 1 minute."
    assert sentence(REASONS[1], published, "zh-CN") == "已等候 12 分钟，排在最前。"
    assert Translator("zh-CN")("held") in sentence(REASONS[-1], published, "zh-CN")
