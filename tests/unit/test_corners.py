"""Every course of each small hall, a little way in; `make proofs` goes further."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

import pytest

from proofs.corneracts import HALLS, NOON, Act, Corner, sitting, take
from proofs.corners import Node, searched
from proofs.promises import calls_untrue, hall_untrue, left_alone, states_untrue
from queueserver.domain import events
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import State
from queueserver.handlers import bookings, commands
from queueserver.store.live import LiveHall

NAMED = {corner.name: corner for corner in HALLS}


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_untrue_anywhere(name: str) -> None:
    found = searched(replace(NAMED[name], depth=4))
    assert found.wrong == []
    assert found.states > 100


def begun(name: str) -> Node:
    corner = NAMED[name]
    node = Node(LiveHall(corner.plan, 0, NOON.date()))
    for command in corner.before:
        node.do(command)
    return node


def test_who_was_wanted_back_keeps_what_he_was_told_when_the_window_closes() -> None:
    """In both books; found by the search, eight acts deep."""
    node = begun("held, called back, and wanted back")
    for command in (
        take("s-a"),
        commands.CallNext("w"),
        commands.Transfer("w", None, "v", "", come_back=True),
        commands.CallNext("v"),
        commands.Start("v"),
        commands.Finish("v", commands.DONE, ()),
        commands.CloseWindow("w"),
        commands.CallNext("v"),
    ):
        node.do(command)
    assert node.untrue() == []


# -- the search sees what is wrong


def test_a_search_that_finds_a_wrong_state_says_which_way_led_there() -> None:
    corner = NAMED["held, called back, and wanted back"]

    def acts(live: LiveHall, now: datetime) -> Iterator[Act]:
        live.windows["w"] = replace(live.windows["w"], ticket="somebody else")
        yield from islice(corner.acts(live, now), 1)

    found = searched(Corner("broken", corner.plan, corner.before, acts, 1))
    assert len(found.wrong) == 1
    assert found.wrong[0].startswith("after TakeTicket(service='s-a'")


def test_a_call_out_of_turn_is_seen() -> None:
    node = begun("held, called back, and wanted back")
    node.do(take("s-a"))
    node.do(take("s-a"))
    first, second = node.live.tickets.values()
    called, event = second.call("w", "", NOON, "next", Reason("first_in_line"))
    assert list(calls_untrue(node.live, event, NOON)) == [
        "A002 is called before somebody of its queue and class who came earlier"
    ]
    assert list(calls_untrue(node.live, replace(event, ticket=replace(first, window="w")), NOON)) == []
    assert list(states_untrue({second.id: second}, {second.id: replace(called, state=State.FINISHED)}, False)) != []


def test_a_call_before_the_check_in_or_the_time_is_seen() -> None:
    node = begun("appointments, early ones wait")
    node.do(bookings.Book("s-a", NOON.replace(minute=30), "phone", "en", commands.Holder()))
    (booked,) = node.live.agenda.appointments
    node.wait((NOON.replace(minute=20)) - NOON)
    node.do(bookings.CheckIn("kiosk", booked))
    (ticket,) = node.live.tickets.values()
    event = events.TicketCalled(replace(ticket, window="w"), "pick", Reason("picked"))
    assert list(calls_untrue(node.live, event, node.now)) == [
        "A001 is called by pick and may not be",
        "A001 is called before its time",
    ]
    node.live.agenda.appointments[booked] = replace(node.live.agenda.appointments[booked], state="booked")
    assert "A001 is called before the check-in" in list(calls_untrue(node.live, event, node.now))


def test_a_window_left_alone_is_seen() -> None:
    node = begun("the server calls")
    node.do(sitting("w"))
    node.live.keep(begun_ticket())
    assert list(left_alone(node.live, node.now)) == []
    node.now = NOON.replace(second=30)
    assert list(left_alone(node.live, node.now)) == ["window w is free, calls by itself, and is left alone"]


def begun_ticket() -> object:
    other = begun("the server calls")
    other.do(take("s-a"))
    return next(iter(other.live.tickets.values()))


def test_places_promised_and_not_given_back_are_seen() -> None:
    node = begun("stops added, dropped and done elsewhere")
    node.do(take("s-a", "s-b"))
    assert list(hall_untrue(node.live, node.known, NOON)) == []
    node.live.queue_days["b"] = node.live.queue_days["b"].promise()
    assert list(hall_untrue(node.live, node.known, NOON)) == ["queue b has promised 2 places, 1 are held"]
