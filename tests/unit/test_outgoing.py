"""The privacy gate: every event passes as the contract says, and nothing about a person passes with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.events import EVENT_DATA, TicketData, WireEvent
from queueserver.domain import events
from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.closure import Closure
from queueserver.domain.reason import PassedOver, Reason
from queueserver.domain.stops import Itinerary, Stop, StopState
from queueserver.domain.ticket import Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState
from queueserver.outgoing import Fact, fact_of, wire_event
from tests.unit.fake_unit import NOON, Rules

SECRETS = {
    "token": "TOKEN-b64-secret",
    "holder": "HASH-of-document",
    "document": "110***********1234",
    "person": "张*女士",
    "phone": "138****5678",
}
STAFF, STAFF_NAME, PRIVATE = "STAFF-wang", "王丽-STAFFNAME", "PRIVATE-words"

VISIT = Visit("VISIT-id", "A007", date(2026, 3, 2), arrived_at=NOON, lang="zh-CN", channel="kiosk", **SECRETS)
TICKET = Ticket(
    "T1",
    VISIT,
    2,
    "clerk",
    "s-clerk",
    State.CALLED,
    "old",
    Place.arriving(NOON, 7),
    NOON,
    called_at=NOON,
    window="w2",
    sent_to="w2",
    staff=STAFF,
    calls=2,
    misses=1,
    printed=True,
    note=PRIVATE,
)
STOP = Stop("s-clerk", "clerk", (), StopState.UNDONE, "queue_closed")
WAITING = replace(TICKET, state=State.WAITING, window=None, sent_to=None, staff=None, calls=0)
BOOKED = Appointment(
    "APPOINTMENT-id",
    "CODE-7",
    "s-clerk",
    "clerk",
    "mornings",
    NOON,
    NOON + timedelta(minutes=30),
    "phone",
    AppointmentState.BOOKED,
    "zh-CN",
    NOON,
    holder=SECRETS["holder"],
    document=SECRETS["document"],
    person=SECRETS["person"],
    phone=SECRETS["phone"],
    source="SOURCE-city",
    reference="REFERENCE-9",
)
WINDOW = Window("w2", WindowState.PAUSED, STAFF, STAFF_NAME, "T1", "lunch", 1)
REASON = Reason("picked", {"reason": PRIVATE}, (PassedOver("A003", "plain", 12),))

EVENTS: dict[str, events.Event] = {
    "ticket.issued": events.TicketIssued(WAITING),
    "ticket.printed": events.TicketPrinted(WAITING),
    "ticket.called": events.TicketCalled(TICKET, "pick", REASON),
    "ticket.recalled": events.TicketRecalled(TICKET),
    "ticket.started": events.TicketStarted(replace(TICKET, state=State.SERVING)),
    "ticket.finished": events.TicketFinished(replace(TICKET, state=State.FINISHED), "done", ("s-clerk",)),
    "ticket.missed": events.TicketMissed(replace(TICKET, state=State.NO_SHOW), "w2"),
    "ticket.returned": events.TicketReturned(WAITING, "requeue", "w2"),
    "ticket.held": events.TicketHeld(replace(TICKET, state=State.HELD), PRIVATE),
    "ticket.transferred": events.TicketTransferred(WAITING, "T0", "requeue", "w1"),
    "ticket.continued": events.TicketContinued(WAITING, "T0", "requeue", "w1", "in_line", PRIVATE),
    "ticket.replanned": events.TicketReplanned(WAITING, settled=(STOP,)),
    "ticket.cancelled": events.TicketCancelled(replace(WAITING, state=State.CANCELLED), PRIVATE),
    "ticket.walked_out": events.TicketWalkedOut(replace(WAITING, state=State.WALKOUT)),
    "appointment.reserved": events.AppointmentReserved(BOOKED),
    "appointment.booked": events.AppointmentBooked(BOOKED),
    "appointment.confirmed": events.AppointmentConfirmed(BOOKED),
    "appointment.moved": events.AppointmentMoved(BOOKED, NOON),
    "appointment.cancelled": events.AppointmentCancelled(BOOKED, PRIVATE),
    "appointment.checked_in": events.AppointmentCheckedIn(replace(BOOKED, ticket="T1", number="A007")),
    "appointment.missed": events.AppointmentMissed(BOOKED),
    "appointment.expired": events.AppointmentExpired(BOOKED),
    "window.opened": events.WindowOpened(replace(WINDOW, state=WindowState.OPEN, pause_reason="")),
    "window.paused": events.WindowPaused(WINDOW),
    "window.resumed": events.WindowResumed(replace(WINDOW, state=WindowState.OPEN, pause_reason="")),
    "window.switched": events.WindowSwitched(replace(WINDOW, state=WindowState.OPEN, auto=True)),
    "window.closed": events.WindowClosed(replace(WINDOW, state=WindowState.CLOSED, staff=None)),
    "announcement.broadcast": events.AnnouncementBroadcast("请注意", "zh-CN", ("east",), True, NOON),
    "config.published": events.ConfigPublished(4),
    "day.closed": events.DayClosed(
        date(2026, 3, 2), (("T1", "expired"), ("T2", "finished")), final=False, by=STAFF, reason=PRIVATE
    ),
    "day.reopened": events.DayReopened(date(2026, 3, 2), (("T1", "waiting"),), STAFF),
    "calendar.changed": events.CalendarChanged(
        Closure("C1", date(2026, 3, 2), (840, 1440), ("q",), False, PRIVATE, STAFF, NOON)
    ),
}
TICKET_FIELDS = {
    "ticket",
    "number",
    "queue",
    "service",
    "state",
    "priority_class",
    "waiting",
    "lang",
    "calls",
    "window",
    "label",
    "zone",
}
MORE_FIELDS = {
    "ticket.called": {"how", "expires_at"},
    "ticket.recalled": {"expires_at"},
    "ticket.finished": {"outcome"},
    "ticket.missed": {"from_window"},
    "ticket.returned": {"how", "from_window"},
    "ticket.transferred": {"from_ticket", "from_queue", "from_window"},
    "ticket.continued": {"how", "from_ticket", "from_queue", "from_window"},
    "ticket.replanned": {"settled", "stops"},
}


def fact(event: events.Event) -> tuple[Fact, dict[str, Any]]:
    found = fact_of(event, Rules().unit())
    return found, json.loads(found.data)


def test_stops_leave_the_house_as_codes_and_a_group_as_its_size() -> None:
    both = Itinerary((Stop("s-requeue", "requeue", state=StopState.NOW), STOP))
    group = replace(WAITING, visit=replace(VISIT, itinerary=both, party=4))
    _, data = fact(events.TicketReplanned(group, settled=(STOP,)))
    ended = {"service": "s-clerk", "queue": "clerk", "state": "undone", "reason": "queue_closed"}
    assert data["settled"] == [ended]
    assert data["stops"] == [{"service": "s-requeue", "queue": "requeue", "state": "now", "reason": ""}, ended]
    assert data["party"] == 4
    closing, day = fact(events.DayClosed(date(2026, 3, 2), (("T1", "expired"),), (("T1", STOP),)))
    assert day["undone"] == 1
    assert json.loads(closing.detail)["stops"] == [{"ticket": "T1", **ended}]


def test_every_fact_of_the_domain_and_every_event_of_the_contract_is_here() -> None:
    ours = (kind for kind in vars(events).values() if isinstance(kind, type) and kind.__module__ == events.__name__)
    kinds = {kind for kind in ours if issubclass(kind, events.Event)} - {
        events.TicketEvent,
        events.WindowEvent,
        events.AppointmentEvent,
    }
    assert {type(event) for event in EVENTS.values()} == kinds
    assert set(EVENTS) == set(EVENT_DATA)


@pytest.mark.parametrize("kind", list(EVENTS))
def test_each_event_passes_as_the_contract_says(kind: str) -> None:
    found, data = fact(EVENTS[kind])
    assert found.type == kind
    model = EVENT_DATA[kind]
    assert set(data) <= set(model.model_fields), "a field the contract does not know"
    parsed = model.model_validate(data)
    for name, value in parsed.model_dump(mode="json", exclude_unset=True).items():
        same = (
            datetime.fromisoformat(value) == datetime.fromisoformat(data[name])
            if "_at" in name or ("start" in name and "T" in value)
            else value == data[name]
        )
        assert same, name
    assert isinstance(json.loads(found.detail), dict)


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if kind.startswith("ticket.")])
def test_exactly_the_listed_fields_of_a_ticket_leave(kind: str) -> None:
    event = EVENTS[kind]
    assert isinstance(event, events.TicketEvent)
    found, data = fact(event)
    at_window = TICKET_FIELDS if event.ticket.window else TICKET_FIELDS - {"window", "label", "zone"}
    assert set(data) == at_window | MORE_FIELDS.get(kind, set())
    assert found.ticket == event.ticket.id == data["ticket"]
    assert (data["number"], data["queue"], data["state"]) == ("A007", "clerk", event.ticket.state.value)
    if event.ticket.window:
        assert (data["window"], data["label"], data["zone"]) == ("w2", "2", "west"), (
            "the window's zone, not the queue's"
        )


@pytest.mark.parametrize("kind", list(EVENTS))
def test_nothing_about_a_person_passes(kind: str) -> None:
    found, _ = fact(EVENTS[kind])
    wire = wire_event("h", "E1", found.type, "2026-03-02T04:00:00.000+00:00", 7, found.data).decode()
    for secret in (
        *SECRETS.values(),
        STAFF,
        STAFF_NAME,
        PRIVATE,
        "VISIT-id",
        "A003",
        "CODE-7",
        "SOURCE-city",
        "REFERENCE-9",
    ):
        assert secret not in wire
        assert json.dumps(secret)[1:-1] not in wire
    for secret in SECRETS.values():
        assert secret not in found.detail, "the house's own detail needs no masked data either"


private = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(
    lambda text: f"☃{text}☃"
)
"""Between snowmen, so that no two letters of a secret are found by accident."""


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EVENTS)), st.lists(private, min_size=9, max_size=9))
def test_no_private_text_ever_passes(kind: str, words: list[str]) -> None:
    event = EVENTS[kind]
    if isinstance(event, events.TicketEvent):
        visit = replace(
            VISIT, token=words[0], holder=words[1], document=words[2], person=words[3], phone=words[4], id=words[5]
        )
        event = replace(event, ticket=replace(event.ticket, visit=visit, staff=words[6], note=words[7]))
    if isinstance(event, events.AppointmentEvent):
        appointment = replace(
            event.appointment,
            code=words[0],
            holder=words[1],
            document=words[2],
            person=words[3],
            phone=words[4],
            source=words[5],
            reference=words[6],
        )
        event = replace(event, appointment=appointment)
    if isinstance(event, events.WindowEvent):
        event = replace(event, window=replace(event.window, staff=words[6], staff_name=words[7]))
    if isinstance(event, events.TicketHeld | events.TicketCancelled | events.AppointmentCancelled):
        event = replace(event, reason=words[8])
    if isinstance(event, events.TicketCalled):
        event = replace(event, reason=Reason("picked", {"reason": words[8]}, (PassedOver(words[8], words[8], 3),)))
    found, data = fact(event)
    assert "☃" not in json.dumps(data, ensure_ascii=False)
    wire = wire_event("h", "E1", found.type, "2026-03-02T04:00:00.000+00:00", 7, found.data)
    assert WireEvent.model_validate_json(wire).parsed() is not None
    assert "☃" not in wire.decode()


def test_waiting_counts_are_those_after_the_command() -> None:
    rules = Rules()
    rules.take()
    ticket = rules.take()
    data = json.loads(fact_of(events.TicketIssued(ticket), rules.unit()).data)
    assert data["waiting"] == 2
    rules.open("w1")
    rules.call()
    assert json.loads(fact_of(rules.events[-1], rules.unit()).data)["waiting"] == 1


@pytest.mark.parametrize("kind", ["ticket.called", "ticket.recalled"])
def test_an_announcement_says_until_when_it_is_news(kind: str) -> None:
    _, data = fact(EVENTS[kind])
    expiry = TicketData.model_validate(data).expires_at
    assert expiry == NOON + timedelta(seconds=90)


def test_a_window_nobody_configured_any_more_still_has_a_name() -> None:
    _, data = fact(events.TicketCalled(replace(TICKET, window="gone"), "next", REASON))
    assert (data["window"], data["label"], data["zone"]) == ("gone", "gone", "")


def test_the_house_keeps_what_the_wire_does_not_get() -> None:
    called, _ = fact(EVENTS["ticket.called"])
    assert json.loads(called.detail) == {
        "channel": "kiosk",
        "leg": 2,
        "hour": 12,
        "staff": STAFF,
        "window": "w2",
        "reason": {
            "code": "picked",
            "params": {"reason": PRIVATE},
            "passed_over": [
                {"number": "A003", "priority_class": "plain", "waited_minutes": 12, "waits_for": "", "what": ""}
            ],
        },
    }
    assert json.loads(fact(EVENTS["ticket.held"])[0].detail)["reason"] == PRIVATE
    assert json.loads(fact(EVENTS["ticket.finished"])[0].detail)["items"] == ["s-clerk"]
    closed = {"ended": [["T1", "expired"], ["T2", "finished"]], "hour": 12, "by": STAFF, "reason": PRIVATE}
    assert json.loads(fact(EVENTS["day.closed"])[0].detail) == closed
    assert fact(EVENTS["day.closed"])[1] == {"business_day": "2026-03-02", "expired": 2, "undone": 0, "final": False}
    assert fact(EVENTS["day.reopened"])[1] == {"business_day": "2026-03-02", "returned": 1}
    assert fact(EVENTS["calendar.changed"])[1] == {
        "closure": "C1",
        "date": "2026-03-02",
        "start": "14:00",
        "end": "24:00",
        "queues": ["q"],
        "windows": [],
        "opens": False,
        "ended": False,
    }


def test_the_wire_event_is_a_cloudevent() -> None:
    found, data = fact(EVENTS["ticket.issued"])
    wire = wire_event("h", "01ABC", found.type, "2026-03-02T12:00:00.000+08:00", 42, found.data)
    event = WireEvent.model_validate_json(wire)
    assert json.loads(wire) == {
        "specversion": "1.0",
        "id": "01ABC",
        "source": "urn:hallqueue:hall:h",
        "type": "ticket.issued",
        "time": "2026-03-02T12:00:00.000+08:00",
        "sequence": 42,
        "datacontenttype": "application/json",
        "data": data,
    }
    assert event.time == datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    assert event.parsed() == TicketData.model_validate(data)
