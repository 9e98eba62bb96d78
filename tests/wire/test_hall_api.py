"""One suite for every hall there is: what FakeHall promises, the real server over real HTTP must keep, and the reverse.

FACTORIES lists the halls. The real one comes from the module live_hall.py beside this file: `live_hall()` is a context
manager that yields a HallApi whose server was loaded with contract.client.sample (SAMPLE_HALL, or a hall made of it,
and its STAFF) and has no tickets yet.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contract.appointments import Appointment, Book, CheckIn
from contract.bodies import (
    Cancel,
    Channel,
    Document,
    Finish,
    ServiceState,
    TakeTicket,
    Ticket,
    TicketState,
    Transfer,
    WindowState,
)
from contract.client.api import HallApi
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, CLERK, DESK_HALL, OTHER_CLERK, SAMPLE_HALL, Staff
from contract.config import Assignment, HallConfig
from contract.desk import HandOn
from contract.errors import REFUSALS, HallError
from contract.events import EVENT_DATA, TicketData

PERSON = Document(kind="resident", number="11010519491231002X", name="张小明")


Factory = Callable[[HallConfig], AbstractContextManager[HallApi]]


@contextmanager
def fake_hall(config: HallConfig) -> Iterator[HallApi]:
    yield FakeHall(config)


def _factories() -> dict[str, Factory]:
    found: dict[str, Factory] = {"fake": fake_hall}
    real = Path(__file__).with_name("live_hall.py")
    if real.exists():
        spec = importlib.util.spec_from_file_location("live_hall", real)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found["real"] = module.live_hall
    return found


FACTORIES = _factories()


@pytest.fixture(params=list(FACTORIES))
def hall(request: pytest.FixtureRequest) -> Iterator[HallApi]:
    with FACTORIES[request.param](SAMPLE_HALL) as api:
        yield api


@pytest.fixture(params=list(FACTORIES))
def desk_hall(request: pytest.FixtureRequest) -> Iterator[HallApi]:
    """The same hall with two levels."""
    with FACTORIES[request.param](DESK_HALL) as api:
        yield api


def hall_that_calls(assignment: Assignment, seconds: int = 0) -> HallConfig:
    """The sample hall, which calls by itself so many seconds after a window became free."""
    policy = SAMPLE_HALL.hall.policy.model_copy(update={"assignment": assignment, "assign_after_seconds": seconds})
    return SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy})})


@pytest.fixture(params=list(FACTORIES))
def mixed(request: pytest.FixtureRequest) -> Iterator[HallApi]:
    """A hall where each window chooses who calls, and the server calls at once."""
    with FACTORIES[request.param](hall_that_calls(Assignment.MIXED)) as api:
        yield api


@pytest.fixture(params=list(FACTORIES))
def automatic(request: pytest.FixtureRequest) -> Iterator[HallApi]:
    """A hall where the server calls everywhere, and lets a free window breathe longer than a test takes."""
    with FACTORIES[request.param](hall_that_calls(Assignment.AUTOMATIC, seconds=600)) as api:
        yield api


def take(hall: HallApi, service: str = "pension", priority: str | None = None, key: str = "") -> Ticket:
    return hall.take_ticket(TakeTicket(service=service, priority_class=priority), key)


def sit_down(hall: HallApi, window: str = "w1", who: Staff = CLERK) -> None:
    hall.login(who.user, who.password)
    hall.open_window(window)


def call(hall: HallApi, window: str = "w1") -> Ticket:
    called = hall.call_next(window)
    assert called is not None
    return called.ticket


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[HallError]]:
    with pytest.raises(HallError) as caught:
        yield caught
    assert caught.value.code == code
    assert caught.value.status == REFUSALS[code].status


# ------------------------------------------------------------------------------------------------ taking a ticket


def test_a_ticket_says_where_its_holder_stands(hall: HallApi) -> None:
    first = take(hall)
    assert first.estimate is None, "all windows are closed: nobody can know"
    sit_down(hall)
    second = take(hall, "medical")
    assert (first.number, second.number) == ("A001", "A002")
    assert (first.position, first.ahead, second.position, second.ahead) == (1, 0, 2, 1)
    assert second.state is TicketState.WAITING
    assert (second.queue, second.service, second.zone, second.leg) == ("social", "medical", "east", 1)
    assert second.priority_class == "ordinary"
    assert second.estimate is not None
    assert second.estimate.low_minutes <= second.estimate.high_minutes
    assert second.token
    assert second.visitor_url.endswith(second.token)
    assert first.id != second.id
    assert first.visit != second.visit


def test_numbers_belong_to_their_queue(hall: HallApi) -> None:
    assert [take(hall, service).number for service in ("pension", "invoices", "id-card", "tax-return")] == [
        "A001",
        "B001",
        "C001",
        "B002",
    ]


def test_a_repeated_key_is_one_ticket(hall: HallApi) -> None:
    first = take(hall, key="one-intention")
    again = take(hall, key="one-intention")
    assert first.id == again.id
    assert first.number == again.number
    assert take(hall).number == "A002"


def test_a_key_belongs_to_one_request(hall: HallApi) -> None:
    take(hall, "pension", key="one-intention")
    with refused("key_reused"):
        take(hall, "medical", key="one-intention")
    assert take(hall).number == "A002"


def test_unknown_things_are_refused_and_change_nothing(hall: HallApi) -> None:
    with refused("unknown_service"):
        take(hall, "no-such-service")
    with refused("unknown_priority_class"):
        take(hall, "pension", "no-such-class")
    with refused("unknown_ticket"):
        hall.ticket("no-such-ticket")
    with refused("unknown_ticket"):
        hall.find_ticket("Z999")
    with refused("unknown_window"):
        hall.window("no-such-window")
    assert hall.events(0).last == 0


def test_a_closed_queue_gives_no_ticket(hall: HallApi) -> None:
    with refused("queue_closed"):
        take(hall, "notary")
    states = {service.id: service.state for service in hall.catalogue("en").services}
    assert states["notary"] is ServiceState.CLOSED
    assert states["pension"] is ServiceState.OPEN


def test_the_daily_limit_is_kept_and_shown(hall: HallApi) -> None:
    take(hall, "trial")
    take(hall, "trial")
    with refused("queue_full"):
        take(hall, "trial")
    states = {service.id: service.state for service in hall.catalogue("en").services}
    assert states["trial"] is ServiceState.FULL


def test_a_person_holds_one_ticket_where_the_queue_says_so(hall: HallApi) -> None:
    body = TakeTicket(service="passport", document=PERSON)
    first = hall.take_ticket(body)
    with pytest.raises(HallError) as caught:
        hall.take_ticket(body)
    assert caught.value.code == "person_limit"
    assert caught.value.params["number"] == first.number
    hall.cancel(first.id)
    assert hall.take_ticket(body).number == "D002"


def test_a_document_is_never_given_back_whole(hall: HallApi) -> None:
    taken = hall.take_ticket(TakeTicket(service="passport", document=PERSON))
    assert PERSON.number not in taken.model_dump_json()
    assert "小明" not in taken.model_dump_json()
    assert all(PERSON.number not in event.model_dump_json() for event in hall.events(0).events)


def test_printed_and_cancelled(hall: HallApi) -> None:
    ticket = take(hall)
    assert not ticket.printed
    assert hall.printed(ticket.id).printed
    assert hall.cancel(ticket.id).state is TicketState.CANCELLED
    other = take(hall)
    assert hall.cancel(other.id, Cancel(walkout=True)).state is TicketState.WALKOUT
    with refused("illegal_transition"):
        hall.cancel(ticket.id)


# ------------------------------------------------------------------------------------------- who decides to call


def here(hall: HallApi, window: str = "w1") -> str:
    """The number at a window, "" when nobody is there."""
    current = hall.window(window).current
    return current.number if current else ""


def test_where_staff_call_the_window_says_so(hall: HallApi) -> None:
    sit_down(hall)
    take(hall)
    view = hall.window("w1")
    assert (view.assignment, view.auto, view.calls_at, here(hall)) == ("manual", False, None, "")
    with refused("assignment_fixed"):
        hall.switch_calling("w1", True)
    hall.pause_window("w1")
    with refused("assignment_fixed"):
        hall.resume_window("w1", auto=True)
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    with refused("assignment_fixed"):
        hall.open_window("w2", auto=False)


def test_a_clerk_switches_the_servers_calls_on_and_off(mixed: HallApi) -> None:
    sit_down(mixed)
    first, second, third = (take(mixed).number for _ in range(3))
    assert (mixed.window("w1").assignment, mixed.window("w1").auto, here(mixed)) == ("mixed", False, "")
    view = mixed.switch_calling("w1", True)
    assert view.auto
    assert here(mixed) == first
    assert mixed.switch_calling("w1", True).auto, "twice is once"
    mixed.start("w1")
    mixed.finish("w1")
    assert here(mixed) == second
    assert not mixed.switch_calling("w1", False).auto
    mixed.no_show("w1")
    assert here(mixed) == ""
    assert call(mixed).number == third
    kinds = [event.type for event in mixed.events(0).events if event.type.startswith("window.")]
    assert kinds == ["window.opened", "window.switched", "window.switched"]
    how = [event.data["how"] for event in mixed.events(0).events if event.type == "ticket.called"]
    assert how == ["auto", "auto", "next"]


def test_a_pause_holds_off_the_server_and_a_window_may_open_or_resume_called_for(mixed: HallApi) -> None:
    mixed.login(CLERK.user, CLERK.password)
    with refused("illegal_window_transition"):
        mixed.switch_calling("w1", True)
    assert mixed.open_window("w1", auto=True).auto
    mixed.pause_window("w1")
    ticket = take(mixed)
    assert (here(mixed), mixed.window("w1").calls_at) == ("", None)
    mixed.switch_calling("w1", False)
    mixed.resume_window("w1")
    assert here(mixed) == ""
    mixed.pause_window("w1")
    mixed.resume_window("w1", auto=True)
    assert here(mixed) == ticket.number


def test_the_servers_call_takes_whoever_comes(mixed: HallApi) -> None:
    sit_down(mixed)
    mixed.switch_calling("w1", True)
    view = mixed.window("w1")
    assert view.calls_at is not None
    assert view.calls_at <= view.time
    assert take(mixed).number == here(mixed)
    assert mixed.window("w1").calls_at is None
    mixed.login(OTHER_CLERK.user, OTHER_CLERK.password)
    with refused("window_taken"):
        mixed.switch_calling("w1", False)


def test_of_two_free_windows_the_one_that_waits_longer_is_called_for_first(mixed: HallApi) -> None:
    for window, who in (("w1", CLERK), ("w2", OTHER_CLERK)):
        sit_down(mixed, window, who)
        mixed.switch_calling(window, True)
    first, second = take(mixed).number, take(mixed).number
    assert (here(mixed, "w1"), here(mixed, "w2")) == (first, second)


def test_an_automatic_hall_says_when_it_calls_and_lets_a_key_be_quicker(automatic: HallApi) -> None:
    sit_down(automatic)
    ticket = take(automatic)
    view = automatic.window("w1")
    assert (view.assignment, view.auto, view.assign_after_seconds) == ("automatic", True, 600)
    assert view.calls_at is not None
    assert timedelta(seconds=590) < view.calls_at - view.time <= timedelta(seconds=600)
    assert call(automatic).id == ticket.id
    with refused("assignment_fixed"):
        automatic.switch_calling("w1", False)


# ------------------------------------------------------------------------------------------------ at the window


def test_signing_in(hall: HallApi) -> None:
    token = hall.login(CLERK.user, CLERK.password)
    assert (token.user, token.name, token.hall) == (CLERK.user, CLERK.name, SAMPLE_HALL.hall.id)
    assert "clerk" in token.roles
    for user, password in ((CLERK.user, "wrong-wrong"), ("nobody", CLERK.password)):
        with refused("wrong_credentials"):
            hall.login(user, password)


def test_after_signing_out_nothing_is_done_in_that_persons_name(hall: HallApi) -> None:
    sit_down(hall)
    take(hall)
    hall.logout()
    with pytest.raises(HallError) as caught:
        hall.call_next("w1")
    assert caught.value.code in ("forbidden", "unauthenticated")
    hall.login(CLERK.user, CLERK.password)
    assert call(hall).number == "A001"


def test_a_visitor_is_served(hall: HallApi) -> None:
    take(hall, "pension")
    sit_down(hall)
    called = hall.call_next("w1")
    assert called is not None
    assert called.reason.code == "first_in_line"
    assert (called.ticket.number, called.ticket.state) == ("A001", TicketState.CALLED)
    assert (called.ticket.window, called.ticket.calls) == ("w1", 1)
    assert called.ticket.called_at is not None
    view = hall.window("w1", "en")
    assert view.current is not None
    assert (view.current.number, view.current_service, view.waiting_count) == ("A001", "Pension insurance", 0)
    assert hall.start("w1").state is TicketState.SERVING
    assert hall.finish("w1", Finish(outcome="done")).state is TicketState.FINISHED
    assert hall.window("w1").current is None
    assert hall.call_next("w1") is None


def test_the_window_speaks_the_clerks_language(hall: HallApi) -> None:
    take(hall, "pension", "elderly")
    sit_down(hall)
    assert hall.window("w1", "zh-CN").waiting[0].service_name == "养老保险"
    english = hall.window("w1", "en").waiting[0]
    assert (english.service_name, english.priority_name) == ("Pension insurance", "Elderly")


def test_one_active_ticket_at_a_window(hall: HallApi) -> None:
    take(hall)
    take(hall)
    sit_down(hall)
    call(hall)
    with pytest.raises(HallError) as caught:
        hall.call_next("w1")
    assert (caught.value.code, caught.value.params["number"]) == ("window_busy", "A001")
    with refused("window_busy"):
        hall.close_window("w1")


def test_a_repeated_call_is_one_call(hall: HallApi) -> None:
    take(hall)
    take(hall)
    sit_down(hall)
    first, again = hall.call_next("w1", "one-press"), hall.call_next("w1", "one-press")
    assert first is not None
    assert again is not None
    assert first.ticket.number == again.ticket.number == "A001"
    assert [event.type for event in hall.events(0).events].count("ticket.called") == 1


def test_what_cannot_be_done_with_this_ticket_is_refused(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    for act in (hall.recall, hall.start, hall.finish, hall.no_show, hall.hold):
        with refused("window_idle"):
            act("w1")
    call(hall)
    hall.start("w1")
    for act in (hall.recall, hall.start, hall.no_show):
        with pytest.raises(HallError) as caught:
            act("w1")
        assert caught.value.code == "illegal_transition"
        assert (caught.value.params["number"], caught.value.params["state"]) == ("A001", "serving")


def test_a_window_must_be_open_and_ones_own(hall: HallApi) -> None:
    take(hall)
    hall.login(CLERK.user, CLERK.password)
    with refused("window_closed"):
        hall.call_next("w1")
    hall.open_window("w1")
    with refused("staff_elsewhere"):
        hall.open_window("w2")
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    with pytest.raises(HallError) as caught:
        hall.open_window("w1")
    assert (caught.value.code, caught.value.params["staff"]) == ("window_taken", CLERK.name)


def test_pause_resume_close(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    paused = hall.pause_window("w1", "午休")
    assert (paused.window.state, paused.window.pause_reason) == (WindowState.PAUSED, "午休")
    with refused("window_paused"):
        hall.call_next("w1")
    with refused("illegal_window_transition"):
        hall.pause_window("w1")
    assert hall.resume_window("w1").window.state is WindowState.OPEN
    with refused("illegal_window_transition"):
        hall.resume_window("w1")
    closed = hall.close_window("w1")
    assert (closed.window.state, closed.staff) == (WindowState.CLOSED, None)
    assert hall.open_window("w1").window.state is WindowState.OPEN


def test_recall_is_bounded(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    call(hall)
    allowed = hall.window("w1").recalls_allowed
    assert allowed == SAMPLE_HALL.hall.policy.recalls
    assert [hall.recall("w1").calls for _ in range(allowed)] == list(range(2, allowed + 2))
    with refused("recall_limit"):
        hall.recall("w1")


def test_hold_and_call_back(hall: HallApi) -> None:
    ticket = take(hall)
    sit_down(hall)
    call(hall)
    hall.start("w1")
    assert hall.hold("w1", "取材料").state is TicketState.HELD
    assert [entry.number for entry in hall.window("w1").held] == ["A001"]
    assert hall.call_next("w1") is None
    back = hall.call_back("w1", ticket.id)
    assert (back.ticket.state, back.reason.code) == (TicketState.CALLED, "called_back")
    assert hall.window("w1").held == ()


def test_held_for_a_time_the_list_says_until_when(hall: HallApi) -> None:
    ticket, _ = take(hall), take(hall)
    sit_down(hall)
    call(hall)
    held = hall.hold("w1", "copies", minutes=10)
    view = hall.window("w1")
    assert held.state is TicketState.HELD
    assert held.not_before is not None
    assert timedelta(minutes=9) < held.not_before - view.time <= timedelta(minutes=10)
    assert [(entry.id, entry.due_at) for entry in view.held] == [(ticket.id, held.not_before)]
    assert call(hall).number == "A002", "before its time call-next leaves it alone"
    hall.hold("w1")
    assert [entry.due_at is None for entry in hall.window("w1").held] == [False, True]
    back = hall.call_back("w1", ticket.id)
    assert (back.reason.code, back.ticket.not_before) == ("called_back", None)


def test_pick_needs_permission_and_a_reason(hall: HallApi) -> None:
    take(hall)
    second = take(hall)
    elsewhere = take(hall, "id-card")
    sit_down(hall)
    with refused("forbidden"):
        hall.pick("w1", second.id, "急事")
    hall.close_window("w1")
    sit_down(hall, who=CHIEF)
    with refused("reason_required"):
        hall.pick("w1", second.id, "")
    with refused("not_served_here"):
        hall.pick("w1", elsewhere.id, "急事")
    picked = hall.pick("w1", second.id, "急事")
    assert (picked.ticket.number, picked.reason.code) == ("A002", "picked")
    why = hall.why(second.id, "en")
    assert (why.number, len(why.calls), why.calls[0].reason.code) == ("A002", 1, "picked")
    assert why.calls[0].sentence


# ------------------------------------------------------------------------------------------------ missed tickets


def missed(hall: HallApi, service: str, window: str, priority: str | None = None) -> Ticket:
    """Three wait, the first is called and does not come."""
    first = take(hall, service, priority)
    take(hall, service)
    take(hall, service)
    take(hall, service)
    sit_down(hall, window)
    assert call(hall, window).id == first.id
    return hall.no_show(window)


def line_of(hall: HallApi, window: str) -> list[str]:
    return [entry.number for entry in hall.window(window).waiting]


def test_missed_stays_with_the_clerk(hall: HallApi) -> None:
    ticket = missed(hall, "pension", "w1")
    assert (ticket.state, ticket.misses) == (TicketState.NO_SHOW, 1)
    assert [entry.number for entry in hall.window("w1").missed] == ["A001"]
    assert line_of(hall, "w1") == ["A002", "A003", "A004"]
    assert hall.call_back("w1", ticket.id).ticket.number == "A001"


def test_missed_goes_to_the_end(hall: HallApi) -> None:
    assert missed(hall, "invoices", "w3").state is TicketState.WAITING
    assert line_of(hall, "w3") == ["B002", "B003", "B004", "B001"]


def test_missed_goes_two_places_back(hall: HallApi) -> None:
    ticket = missed(hall, "id-card", "w4")
    assert ticket.state is TicketState.WAITING
    assert line_of(hall, "w4") == ["C002", "C003", "C001", "C004"]


def test_missed_is_over(hall: HallApi) -> None:
    first = hall.take_ticket(TakeTicket(service="passport", document=PERSON))
    sit_down(hall, "w4")
    call(hall, "w4")
    assert hall.no_show("w4").state is TicketState.EXPIRED
    with refused("illegal_transition"):
        hall.reinstate(first.id)


def test_after_enough_misses_a_ticket_does_not_return_by_itself(hall: HallApi) -> None:
    take(hall, "invoices")
    sit_down(hall, "w3")
    states = []
    for _ in range(SAMPLE_HALL.hall.policy.max_misses):
        call(hall, "w3")
        states.append(hall.no_show("w3").state)
    assert states == [TicketState.WAITING, TicketState.WAITING, TicketState.NO_SHOW]


@pytest.mark.parametrize(
    ("act", "line"),
    [
        ("requeue", ["A002", "A003", "A004", "A001"]),
        ("reinstate", ["A001", "A002", "A003", "A004"]),
        ("reinstate 2", ["A002", "A003", "A001", "A004"]),
    ],
)
def test_a_missed_ticket_returns_where_the_clerk_puts_it(hall: HallApi, act: str, line: list[str]) -> None:
    ticket = missed(hall, "pension", "w1")
    match act:
        case "requeue":
            back = hall.requeue(ticket.id)
        case "reinstate 2":
            back = hall.reinstate(ticket.id, 2)
        case _:
            back = hall.reinstate(ticket.id)
    assert back.state is TicketState.WAITING
    assert line_of(hall, "w1") == line


def test_a_visitor_who_lets_others_go_first(hall: HallApi) -> None:
    first, _, _, _ = (take(hall) for _ in range(4))
    assert hall.postpone(first.id, 2).position == 3
    sit_down(hall)
    assert line_of(hall, "w1") == ["A002", "A003", "A001", "A004"]
    called = call(hall)
    assert called.number == "A002"
    assert hall.postpone(called.id, 1).state is TicketState.WAITING
    assert hall.window("w1").current is None
    assert line_of(hall, "w1") == ["A003", "A002", "A001", "A004"]


def test_a_waiting_visitor_may_go_to_the_end(hall: HallApi) -> None:
    first, _ = take(hall), take(hall)
    sit_down(hall)
    assert hall.requeue(first.id).position == 2
    assert line_of(hall, "w1") == ["A002", "A001"]


def test_a_clerk_acts_at_no_window_where_a_colleague_sits(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    for act in (hall.call_next, hall.pause_window, hall.close_window):
        with refused("window_taken"):
            act("w1")


def test_sitting_down_again_where_one_sits_changes_nothing(hall: HallApi) -> None:
    sit_down(hall)
    before = hall.snapshot().seq
    assert hall.open_window("w1").window.state is WindowState.OPEN
    assert hall.snapshot().seq == before


def test_a_held_visitor_may_wait_again(hall: HallApi) -> None:
    ticket = take(hall)
    sit_down(hall)
    call(hall)
    hall.hold("w1")
    assert hall.requeue(ticket.id).state is TicketState.WAITING
    assert line_of(hall, "w1") == ["A001"]


# ------------------------------------------------------------------------------------------------ sending on


def test_transfer_to_a_queue_keeps_number_visit_and_arrival(hall: HallApi) -> None:
    first = take(hall, "pension")
    take(hall, "id-card")
    sit_down(hall)
    call(hall)
    with refused("invalid_field"):
        hall.transfer("w1", Transfer())
    with refused("unknown_queue"):
        hall.transfer("w1", Transfer(queue="no-such-queue"))
    hall.transfer("w1", Transfer(queue="police", note="先办户口"))
    moved = hall.find_ticket("A001")
    assert (moved.state, moved.queue, moved.leg, moved.visit) == (TicketState.WAITING, "police", 2, first.visit)
    assert hall.window("w1").current is None
    assert line_of(hall, "w4") == ["A001", "C001"]


def test_transfer_to_a_window_is_for_that_window(hall: HallApi) -> None:
    take(hall, "pension")
    take(hall, "pension")
    sit_down(hall)
    call(hall)
    hall.transfer("w1", Transfer(window="w2"))
    assert call(hall, "w1").number == "A002"
    sit_down(hall, "w2", OTHER_CLERK)
    called = hall.call_next("w2")
    assert called is not None
    assert (called.ticket.number, called.reason.code) == ("A001", "sent_here")


# ------------------------------------------------------------------------------------------------ order


def test_the_privileged_go_first_but_never_for_ever(hall: HallApi) -> None:
    for priority in ("ordinary", "ordinary", "elderly", "elderly", "elderly"):
        take(hall, "pension", priority)
    sit_down(hall)
    order, reasons = [], []
    while (called := hall.call_next("w1")) is not None:
        order.append(called.ticket.number)
        reasons.append(called.reason.code)
        hall.start("w1")
        hall.finish("w1")
    assert order == ["A003", "A004", "A001", "A005", "A002"]
    assert reasons[:3] == ["privileged", "privileged", "ordinary_turn"]


def test_a_reason_names_who_was_passed_over(hall: HallApi) -> None:
    take(hall, "pension")
    take(hall, "pension", "elderly")
    sit_down(hall)
    called = hall.call_next("w1")
    assert called is not None
    assert [entry.number for entry in called.reason.passed_over] == ["A001"]


def test_a_window_calls_only_from_its_queues(hall: HallApi) -> None:
    take(hall, "id-card")
    sit_down(hall)
    assert hall.call_next("w1") is None
    assert hall.window("w1").waiting_count == 0


# ------------------------------------------------------------------------------------------------ facts


def test_every_fact_is_numbered_without_gaps_and_typed(hall: HallApi) -> None:
    ticket = take(hall)
    take(hall)
    sit_down(hall)
    call(hall)
    hall.recall("w1")
    hall.start("w1")
    hall.finish("w1")
    page = hall.events(0)
    assert [event.sequence for event in page.events] == list(range(1, page.last + 1))
    assert len({event.id for event in page.events}) == page.last
    assert [event.type for event in page.events] == [
        "ticket.issued",
        "ticket.issued",
        "window.opened",
        "ticket.called",
        "ticket.recalled",
        "ticket.started",
        "ticket.finished",
    ]
    assert all(event.type in EVENT_DATA for event in page.events)
    data = page.events[3].parsed()
    assert isinstance(data, TicketData)
    assert (data.ticket, data.number, data.window, data.label, data.calls) == (ticket.id, "A001", "w1", "1", 1)
    assert (data.waiting, data.how, data.zone) == (1, "next", "east")
    assert data.expires_at is not None
    assert data.expires_at > page.events[3].time
    assert [event.sequence for event in hall.events(2, limit=2).events] == [3, 4]
    assert hall.events(page.last).events == ()


def test_the_snapshot_is_the_truth_as_of_its_sequence(hall: HallApi) -> None:
    take(hall, "pension")
    take(hall, "pension")
    sit_down(hall)
    call(hall)
    now = hall.snapshot()
    assert now.seq == hall.events(0).last
    window = next(entry for entry in now.windows if entry.id == "w1")
    assert window.state is WindowState.OPEN
    assert window.ticket is not None
    assert (window.ticket.number, window.ticket.state) == ("A001", TicketState.CALLED)
    queue = next(entry for entry in now.queues if entry.id == "social")
    assert (queue.waiting, queue.last_called, queue.prefix) == (1, "A001", "A")
    assert [(entry.number, entry.label) for entry in now.calls] == [("A001", "1")]
    assert {zone.id for zone in now.zones} == {"east", "west"}


def test_the_catalogue_is_the_whole_offer_in_one_language(hall: HallApi) -> None:
    take(hall, "pension")
    chinese, english = hall.catalogue("zh-CN"), hall.catalogue("en")
    assert (chinese.name, english.name) == ("示范政务服务大厅", "Sample Government Service Hall")
    assert len(english.services) == len(SAMPLE_HALL.services)
    pension = next(service for service in chinese.services if service.id == "pension")
    assert (pension.name, pension.pinyin, pension.initials, pension.waiting) == (
        "养老保险",
        "yanglaobaoxian",
        "ylbx",
        1,
    )
    assert pension.needs == ("身份证", "银行卡")
    assert pension.hot
    assert set(pension.windows) == {"1", "2"}
    english_pension = next(service for service in english.services if service.id == "pension")
    assert (english_pension.name, english_pension.pinyin) == ("Pension insurance", "yanglaobaoxian")
    assert [entry.privileged for entry in english.priority_classes] == [False, True, True]


def test_many_hands_at_once_make_no_double(hall: HallApi) -> None:
    with ThreadPoolExecutor(8) as hands:
        taken = list(hands.map(lambda _: take(hall).number, range(24)))
    assert sorted(taken) == [f"A{n:03d}" for n in range(1, 25)]
    page = hall.events(0)
    assert [event.sequence for event in page.events] == list(range(1, 25))


# --------------------------------------------------------------------------------------------------- appointments


def next_half_hour(hall: HallApi) -> datetime:
    """Bookable in the sample hall, and near enough to check in at once."""
    now = hall.catalogue("en").time
    return now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + timedelta(minutes=30)


def booked(hall: HallApi, start: datetime, **more: object) -> Appointment:
    return hall.book(Book.model_validate({"service": "pension", "start": start, "channel": "phone", **more}))


def test_an_appointment_is_checked_in_by_code_or_card_once(hall: HallApi) -> None:
    assert hall.catalogue("en").appointments
    start = next_half_hour(hall)
    mine, other = booked(hall, start, document=PERSON), booked(hall, start)
    ticket = hall.check_in(CheckIn(document=PERSON), "one-intention")
    assert (ticket.number, ticket.service, ticket.state) == ("A001", "pension", TicketState.WAITING)
    assert (ticket.booked_for, ticket.not_before) == (start, start)
    assert hall.check_in(CheckIn(document=PERSON), "one-intention").id == ticket.id
    for again in (CheckIn(document=PERSON), CheckIn(code=mine.code)):
        with pytest.raises(HallError) as caught:
            hall.check_in(again)
        assert caught.value.code == "already_checked_in"
        assert caught.value.params == {"number": "A001", "ticket": ticket.id}
    assert hall.check_in(CheckIn(code=f" {other.code[:3].lower()}-{other.code[3:]}")).number == "A002"
    assert hall.find_ticket("A001").id == ticket.id


def test_who_has_no_appointment_now_hears_why(hall: HallApi) -> None:
    with refused("unknown_appointment"):
        hall.check_in(CheckIn(code="2222222"))
    with refused("no_appointment"):
        hall.check_in(CheckIn(document=PERSON))
    with refused("invalid_field"):
        hall.check_in(CheckIn())
    later = booked(hall, next_half_hour(hall) + timedelta(hours=2))
    with pytest.raises(HallError) as caught:
        hall.check_in(CheckIn(code=later.code))
    assert caught.value.code == "check_in_early"
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d", str(caught.value.params["time"]))


# --------------------------------------------------------------------------------------------------------- visits


def several(hall: HallApi, service: str, *services: str, party: int = 1) -> Ticket:
    return hall.take_ticket(TakeTicket(service=service, services=services, party=party))


def serve(hall: HallApi, window: str) -> Ticket:
    called = call(hall, window)
    hall.start(window)
    return called


def way(ticket: Ticket) -> list[tuple[str, str]]:
    return [(stop.service, stop.state.value) for stop in ticket.stops]


def test_a_ticket_for_one_service_says_nothing_of_stops(hall: HallApi) -> None:
    ticket = take(hall)
    assert (ticket.stops, ticket.returns_to, ticket.party) == ((), (), 1)
    assert hall.catalogue("en").desk == ""


def test_one_number_walks_several_services(hall: HallApi) -> None:
    ticket = several(hall, "pension", "id-card")
    assert (ticket.number, ticket.queue) == ("A001", "social")
    assert way(ticket) == [("pension", "now"), ("id-card", "open")]
    sit_down(hall)
    serve(hall, "w1")
    view = hall.window("w1", "en")
    assert view.current_then == ("Identity card",)
    done = hall.finish("w1")
    assert (done.state, way(done)) == (TicketState.FINISHED, [("pension", "done"), ("id-card", "now")])
    assert hall.window("w1").current is None
    leg = hall.find_ticket("A001")
    assert (leg.queue, leg.state, leg.leg, leg.visit) == ("police", TicketState.WAITING, 2, ticket.visit)
    finished, continued = (event.parsed() for event in hall.events(0).events[-2:])
    assert isinstance(finished, TicketData)
    assert isinstance(continued, TicketData)
    assert (finished.ticket, finished.state) == (ticket.id, TicketState.FINISHED)
    assert (continued.ticket, continued.state, continued.how) == (leg.id, TicketState.WAITING, "in_line")
    assert (continued.from_ticket, continued.from_queue, continued.from_window) == (ticket.id, "social", "w1")


def test_a_visit_begins_where_the_wait_is_shortest(hall: HallApi) -> None:
    for _ in range(4):
        take(hall)
    ticket = several(hall, "pension", "invoices")
    assert (ticket.number, ticket.queue, ticket.service) == ("B001", "tax", "invoices")
    assert way(ticket) == [("pension", "open"), ("invoices", "now")]


def test_among_equal_waits_the_next_stop_is_the_near_one_then_the_one_asked_for_first(hall: HallApi) -> None:
    sit_down(hall)
    for services in (("pension", "id-card", "invoices"), ("pension", "invoices", "tax-return")):
        number = several(hall, *services).number
        serve(hall, "w1")
        hall.finish("w1")
        leg = hall.find_ticket(number)
        assert (leg.queue, leg.service) == ("tax", "invoices")
        hall.cancel(leg.id)


def test_when_the_day_is_closed_who_is_here_is_served_and_nobody_else(hall: HallApi) -> None:
    held, here = several(hall, "pension", "id-card", "medical"), take(hall)
    waiting = several(hall, "invoices", "id-card")
    booking = booked(hall, next_half_hour(hall))
    sit_down(hall)
    hall.login(CHIEF.user, CHIEF.password)
    for _ in range(2):
        call(hall)
        if not hall.window("w1").held:
            hall.hold("w1")
    report = hall.close_day()
    assert {(hit.number, hit.state, hit.becomes) for hit in report.tickets} == {
        (held.number, TicketState.HELD, TicketState.EXPIRED),
        (here.number, TicketState.CALLED, None),
        (waiting.number, TicketState.WAITING, TicketState.EXPIRED),
    }
    for refused_now in (
        lambda: take(hall),
        lambda: hall.check_in(CheckIn(code=booking.code)),
        lambda: hall.add_stops(here.id, ["id-card"]),
        hall.close_day,
    ):
        with refused("day_closed"):
            refused_now()
    assert {service.state for service in hall.catalogue("en").services} == {ServiceState.CLOSED}
    over = hall.ticket(waiting.id)
    assert over.state is TicketState.EXPIRED
    assert {(stop.state.value, stop.reason) for stop in over.stops} == {("undone", "day_closed")}
    assert hall.no_show("w1").state is TicketState.EXPIRED
    assert {hit.becomes for hit in hall.reopen_day().tickets} == {TicketState.HELD, TicketState.WAITING}
    assert hall.ticket(waiting.id).state is TicketState.WAITING
    assert way(hall.ticket(held.id)) == way(held)
    with refused("day_open"):
        hall.reopen_day()
    assert hall.call_back("w1", held.id).ticket.id == held.id
    days = [event.type for event in hall.events(0).events if event.type.startswith("day.")]
    assert days == ["day.closed", "day.reopened"]


def test_on_a_closed_day_a_visit_goes_on_only_where_it_is(hall: HallApi) -> None:
    sit_down(hall, "w2")
    several(hall, "pension", "id-card", "invoices")
    serve(hall, "w2")
    hall.login(CHIEF.user, CHIEF.password)
    hall.close_day()
    hall.login(CLERK.user, CLERK.password)
    done = hall.finish("w2")
    assert way(done) == [("pension", "done"), ("id-card", "undone"), ("invoices", "now")]
    current = hall.window("w2").current
    assert current is not None
    assert (current.service, current.state) == ("invoices", TicketState.SERVING)
    hall.finish("w2")
    assert hall.window("w2").current is None


def test_a_window_that_serves_the_next_service_goes_on(hall: HallApi) -> None:
    several(hall, "pension", "invoices", "id-card")
    sit_down(hall, "w2")
    serve(hall, "w2")
    hall.finish("w2")
    current = hall.window("w2").current
    assert current is not None
    assert (current.number, current.service, current.state, current.calls) == (
        "A001",
        "invoices",
        TicketState.SERVING,
        0,
    )
    assert current.started_at is not None
    hall.finish("w2")
    assert hall.window("w2").current is None
    assert hall.find_ticket("A001").queue == "police"


def test_services_are_handled_along_or_the_visitor_leaves(hall: HallApi) -> None:
    several(hall, "pension", "id-card", "tax-return")
    sit_down(hall)
    serve(hall, "w1")
    done = hall.finish("w1", Finish(items=("pension", "id-card")))
    assert way(done) == [("pension", "done"), ("id-card", "done"), ("tax-return", "now")]
    several(hall, "medical", "id-card")
    serve(hall, "w1")
    left = hall.finish("w1", Finish(leaves=True))
    assert [(stop.state.value, stop.reason) for stop in left.stops] == [("done", ""), ("dropped", "left")]
    assert hall.find_ticket("A002").state is TicketState.FINISHED


def test_services_are_added_and_dropped(hall: HallApi) -> None:
    ticket = take(hall)
    more = hall.add_stops(ticket.id, ["id-card", "invoices"])
    assert way(more) == [("pension", "now"), ("id-card", "open"), ("invoices", "open")]
    with refused("stop_twice"):
        hall.add_stops(ticket.id, ["pension"])
    with refused("unknown_service"):
        hall.add_stops(ticket.id, ["golf"])
    with refused("unknown_stop"):
        hall.drop_stops(ticket.id, ["trial"])
    less = hall.drop_stops(ticket.id, ["id-card"])
    assert [stop.reason for stop in less.stops] == ["", "not_wanted", ""]
    leg = hall.drop_stops(ticket.id, ["pension"])
    assert (leg.number, leg.queue, leg.state) == ("A001", "tax", TicketState.WAITING)
    assert hall.ticket(ticket.id).state is TicketState.CANCELLED
    assert hall.drop_stops(leg.id, ["invoices"]).state is TicketState.CANCELLED


def test_a_window_hands_on_to_what_the_visitor_needs(hall: HallApi) -> None:
    ticket = several(hall, "pension", "invoices")
    sit_down(hall)
    serve(hall, "w1")
    for wrong, code in ((("golf",), "unknown_service"), (("pension",), "invalid_field"), (("notary",), "queue_closed")):
        with refused(code):
            hall.hand_on("w1", HandOn(services=wrong))
    leg = hall.hand_on("w1", HandOn(services=("passport", "invoices"), note="带齐材料"), key="handed-on-once")
    assert [(stop.service, stop.state.value, stop.reason) for stop in leg.stops] == [
        ("pension", "dropped", "handed_on"),
        ("invoices", "now", ""),
        ("passport", "open", ""),
    ]
    assert (leg.number, leg.queue, leg.service, leg.state, leg.leg) == (
        "A001",
        "tax",
        "invoices",
        TicketState.WAITING,
        2,
    )
    assert (leg.note, leg.visit, leg.position) == ("带齐材料", ticket.visit, 1)
    assert (
        hall.hand_on("w1", HandOn(services=("passport", "invoices"), note="带齐材料"), key="handed-on-once").id
        == leg.id
    )
    assert hall.ticket(ticket.id).state is TicketState.FINISHED
    finished, continued = (event.parsed() for event in hall.events(0).events[-2:])
    assert isinstance(finished, TicketData)
    assert isinstance(continued, TicketData)
    assert (finished.outcome, continued.ticket, continued.how) == ("handed_on", leg.id, "in_line")
    with refused("window_idle"):
        hall.hand_on("w1", HandOn(services=("invoices",)))


def test_handing_on_waits_until_the_visitor_is_served(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    call(hall, "w1")
    with refused("illegal_transition"):
        hall.hand_on("w1", HandOn(services=("invoices",)))


def test_visitors_go_to_the_desk_first(desk_hall: HallApi) -> None:
    assert desk_hall.catalogue("en").desk == "guide"
    entries = {one.id: one for one in desk_hall.catalogue("en").services}
    assert (entries["pension"].queue, entries["pension"].windows, entries["pension"].zone) == ("desk", ("0",), "west")
    assert entries["social-card"].queue == "social"
    assert entries["notary"].state is ServiceState.CLOSED
    ticket = take(desk_hall)
    assert (ticket.number, ticket.queue, ticket.service, ticket.zone) == ("G001", "desk", "guide", "west")
    assert way(ticket) == [("guide", "now"), ("pension", "open")]
    assert take(desk_hall, "guide").stops == ()
    assert take(desk_hall, "social-card").number == "A001"
    desk_hall.login(CLERK.user, CLERK.password)
    at_desk = desk_hall.take_ticket(TakeTicket(service="pension", channel=Channel.DESK))
    assert (at_desk.number, at_desk.queue, at_desk.stops) == ("A002", "social", ())
    after = {one.id: one.waiting for one in desk_hall.catalogue("en").services}
    assert (after["pension"], after["social-card"], after["guide"]) == (2, 2, 2)
    with refused("queue_closed"):
        take(desk_hall, "notary")
    mine = booked(desk_hall, next_half_hour(desk_hall))
    checked_in = desk_hall.check_in(CheckIn(code=mine.code))
    assert (checked_in.number, checked_in.queue, checked_in.stops) == ("A003", "social", ())


def test_the_desk_hands_on_and_the_caller_sees_what_the_visitor_came_for(desk_hall: HallApi) -> None:
    ticket = take(desk_hall)
    take(desk_hall, "guide")
    sit_down(desk_hall, "w5")
    assert [one.then for one in desk_hall.window("w5", "en").waiting] == [("Pension insurance",), ()]
    serve(desk_hall, "w5")
    view = desk_hall.window("w5", "en")
    assert (view.at_desk, view.current_service, view.current_then) == (True, "Service desk", ("Pension insurance",))
    with refused("invalid_field"):
        desk_hall.hand_on("w5", HandOn(services=("guide",)))
    leg = desk_hall.hand_on("w5", HandOn(services=("id-card", "tax-return")))
    assert [(stop.service, stop.state.value, stop.reason) for stop in leg.stops] == [
        ("guide", "done", ""),
        ("pension", "dropped", "not_wanted"),
        ("id-card", "now", ""),
        ("tax-return", "open", ""),
    ]
    assert (leg.number, leg.queue, leg.visit) == ("G001", "police", ticket.visit)
    assert not desk_hall.window("w5").at_desk
    serve(desk_hall, "w5")
    assert desk_hall.finish("w5").state is TicketState.FINISHED
    assert desk_hall.find_ticket("G002").state is TicketState.FINISHED
    snapshot = {queue.id: queue.waiting for queue in desk_hall.snapshot().queues}
    assert (snapshot["desk"], snapshot["police"], snapshot["social"]) == (0, 1, 0)


def test_the_desk_finishes_as_asked_or_with_an_answer(desk_hall: HallApi) -> None:
    take(desk_hall)
    take(desk_hall)
    sit_down(desk_hall, "w5")
    serve(desk_hall, "w5")
    desk_hall.finish("w5")
    assert desk_hall.find_ticket("G001").queue == "social"
    serve(desk_hall, "w5")
    answered = desk_hall.finish("w5", Finish(leaves=True))
    assert way(answered) == [("guide", "done"), ("pension", "dropped")]
    assert desk_hall.find_ticket("G002").state is TicketState.FINISHED


def test_every_service_asked_for_must_be_had(hall: HallApi) -> None:
    with refused("queue_closed"):
        several(hall, "pension", "notary")
    with refused("stop_twice"):
        several(hall, "pension", "pension")
    with refused("unknown_service"):
        several(hall, "pension", "golf")
    assert take(hall).number == "A001"


def test_a_refusal_about_one_of_several_services_names_it(hall: HallApi) -> None:
    with refused("queue_closed") as closed:
        several(hall, "pension", "notary")
    assert closed.value.params["service"] == "notary"
    with refused("queue_closed") as alone:
        take(hall, "notary")
    assert "service" not in alone.value.params
    with refused("invalid_field") as unnamed:
        several(hall, "pension", "passport")
    assert (unnamed.value.params["service"], unnamed.value.field) == ("passport", "document")
    with refused("party_too_large") as crowd:
        several(hall, "invoices", "id-card", party=7)
    assert (crowd.value.params["service"], crowd.value.params["limit"]) == ("id-card", 6)
    take(hall, "trial")
    take(hall, "trial")
    for services in (("trial", "pension"), ("pension", "trial")):
        with refused("queue_full") as full:
            several(hall, *services)
        assert full.value.params["service"] == "trial"
    ticket = several(hall, "id-card", "pension", party=6)
    assert (ticket.party, len(ticket.stops)) == (6, 2)
    with refused("queue_full") as more:
        hall.add_stops(ticket.id, ["invoices", "trial"])
    assert more.value.params["service"] == "trial"


def test_sent_to_another_queue_and_back(hall: HallApi) -> None:
    take(hall)
    sit_down(hall)
    serve(hall, "w1")
    leg = hall.transfer("w1", Transfer(queue="tax", come_back=True))
    assert leg.returns_to == ("w1",)
    hall.login(OTHER_CLERK.user, OTHER_CLERK.password)
    hall.open_window("w3")
    serve(hall, "w3")
    assert hall.window("w3").current_back == ("1",)
    hall.finish("w3")
    back = hall.find_ticket("A001")
    assert (back.queue, back.state, back.returns_to) == ("social", TicketState.WAITING, ())
    hall.login(CLERK.user, CLERK.password)
    assert call(hall, "w1").id == back.id
    hall.start("w1")
    assert hall.finish("w1").returns_to == ()
    assert hall.find_ticket("A001").state is TicketState.FINISHED


def test_people_come_together(hall: HallApi) -> None:
    ticket = several(hall, "pension", party=4)
    assert ticket.party == 4
    sit_down(hall)
    assert [entry.party for entry in hall.window("w1").waiting] == [4]
    entry = next(one for one in hall.catalogue("en").services if one.id == "pension")
    assert (entry.party_limit, entry.steps) == (1, ())
