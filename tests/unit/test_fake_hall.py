"""What time does to the fake hall, where the shared suite cannot wait: its own calls, and who is held for a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.bodies import TakeTicket, Ticket, TicketState
from contract.client.fake import FakeHall
from contract.client.sample import CLERK, OTHER_CLERK, SAMPLE_HALL
from contract.config import Assignment, HallConfig


def hall_that_calls(seconds: int, assignment: Assignment = Assignment.AUTOMATIC) -> HallConfig:
    policy = SAMPLE_HALL.hall.policy.model_copy(update={"assignment": assignment, "assign_after_seconds": seconds})
    return SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy})})


def take(hall: FakeHall, service: str = "pension", priority: str | None = None) -> Ticket:
    return hall.take_ticket(TakeTicket(service=service, priority_class=priority))


def sit_down(hall: FakeHall, window: str = "w1") -> None:
    hall.login(CLERK.user, CLERK.password)
    hall.open_window(window)


def here(hall: FakeHall, window: str = "w1") -> str:
    current = hall.window(window).current
    return current.number if current else ""


def test_the_hall_calls_when_a_window_was_left_alone_for_a_while() -> None:
    hall = FakeHall(hall_that_calls(30))
    heard: list[str] = []
    hall.subscribe(lambda event: heard.append(event.type))
    sit_down(hall)
    take(hall)
    view = hall.window("w1")
    assert view.calls_at == view.time + timedelta(seconds=30)
    hall.advance(0.49)
    assert here(hall) == ""
    hall.advance(0.01)
    assert here(hall) == "A001"
    assert heard[-1] == "ticket.called"
    take(hall)
    hall.start("w1")
    hall.advance(5)
    hall.finish("w1")
    assert here(hall) == "", "the clerk may breathe"
    hall.advance(0.5)
    assert here(hall) == "A002"


def test_the_window_that_worked_less_is_called_for_first() -> None:
    hall = FakeHall(hall_that_calls(0))
    sit_down(hall, "w1")
    take(hall)
    hall.start("w1")
    hall.advance(10)
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    hall.open_window("w2")
    take(hall)
    hall.start("w2")
    hall.advance(1)
    hall.finish("w2")
    hall.login(CLERK.user, CLERK.password)
    hall.finish("w1")
    hall.advance(3)
    assert take(hall).number == here(hall, "w2"), "1 minute of work against 11"


def test_who_is_held_for_a_time_comes_back_at_the_old_place() -> None:
    hall = FakeHall()
    first, second, third = take(hall), take(hall), take(hall)
    sit_down(hall)
    hall.call_next("w1")
    hall.hold("w1", minutes=10)
    called = hall.call_next("w1")
    assert called is not None
    assert called.ticket.id == second.id
    hall.start("w1")
    hall.finish("w1")
    hall.advance(10)
    back = hall.call_next("w1")
    assert back is not None
    assert (back.ticket.id, back.reason.code) == (first.id, "held_due")
    assert hall.window("w1").waiting[0].id == third.id


def test_who_is_held_for_a_time_is_everybodys_once_the_window_has_closed() -> None:
    hall = FakeHall()
    first = take(hall)
    sit_down(hall)
    hall.call_next("w1")
    hall.hold("w1", minutes=10)
    hall.close_window("w1")
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    hall.open_window("w2")
    assert hall.call_next("w2") is None
    hall.advance(10)
    back = hall.call_next("w2")
    assert back is not None
    assert back.ticket.id == first.id


def test_after_the_bound_an_ordinary_ticket_is_not_passed_any_more() -> None:
    hall = FakeHall()
    ordinary = take(hall)
    hall.advance(SAMPLE_HALL.hall.policy.longest_wait_minutes)
    take(hall, priority="elderly")
    sit_down(hall)
    called = hall.call_next("w1")
    assert called is not None
    assert (called.ticket.id, called.reason.code) == (ordinary.id, "waited_too_long")


@pytest.mark.parametrize("held", [True, False])
def test_the_hall_itself_calls_who_comes_due(held: bool) -> None:
    hall = FakeHall(hall_that_calls(0, Assignment.MIXED))
    ticket = take(hall)
    sit_down(hall)
    hall.call_next("w1")
    hall.hold("w1", minutes=5 if held else None)
    hall.switch_calling("w1", True)
    hall.advance(5)
    assert here(hall) == (ticket.number if held else "")
    assert hall.ticket(ticket.id).state is (TicketState.CALLED if held else TicketState.HELD)
