"""The demo's figures are counted, and every disagreement between two accounts is found."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contract.events import WireEvent
from hall.demo.evidence import Evidence, Shown, Taken
from hall.demo.ledger import Ledger
from hall.demo.summary import Summary, spread, summarise

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(sequence: int, kind: str, ticket: str = "t1", **data: object) -> WireEvent:
    """One ticket event; `state` and the rest as given."""
    body = {
        "ticket": ticket,
        "number": ticket.upper(),
        "queue": "social",
        "service": "card",
        "state": "waiting",
        "priority_class": "ordinary",
        "waiting": 0,
    } | data
    return WireEvent(
        id=f"e{sequence}",
        source="urn:hallqueue:hall:x",
        type=kind,
        time=BEGAN + timedelta(seconds=sequence),
        sequence=sequence,
        data=body,
    )


def served(ticket: str, first: int, window: str = "w1") -> list[WireEvent]:
    """A whole plain visit from sequence `first` on: issued, printed, called, started, finished."""
    return [
        event(first, "ticket.issued", ticket),
        event(first + 1, "ticket.printed", ticket),
        event(first + 2, "ticket.called", ticket, state="called", window=window),
        event(first + 3, "ticket.started", ticket, state="serving", window=window),
        event(first + 4, "ticket.finished", ticket, state="finished"),
    ]


def evidence(events: list[WireEvent], **changes: object) -> Evidence:
    """Evidence in which everything agrees with `events`, but for `changes`."""
    issued = [each for each in events if each.type == "ticket.issued"]
    called = [each for each in events if each.type in ("ticket.called", "ticket.recalled")]
    whole = Evidence(
        events=tuple(events),
        taken=tuple(Taken("kiosk-1", str(each.data["ticket"]), "", True, 100.0) for each in issued),
        shown=tuple(Shown("hall", each.sequence, "", 20.0) for each in called),
        announced=len(called),
        slips=tuple(f"{each.id}.png" for each in events if each.type == "ticket.printed"),
        sounds=tuple(f"{each.id}.wav" for each in called),
        screens=("hall",),
        waiting_now=0,
        rehearsed=True,
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # the names are the caller's


def wrong(summary: Summary) -> list[str]:
    return [check.name for check in summary.checks if not check.ok]


def test_a_plain_day_agrees() -> None:
    summary = summarise(evidence(served("a1", 1) + served("a2", 6)))
    assert summary.good
    assert (summary.tickets_issued, summary.calls, summary.finished, summary.slips) == (2, 2, 2, 2)
    assert (summary.seq_gaps, summary.duplicates, summary.waiting_at_end) == (0, 0, 0)
    assert summary.touch_to_slip.p50 == 100.0


def test_a_missing_sequence_number_is_a_gap() -> None:
    events = served("a1", 1)
    summary = summarise(evidence([each for each in events if each.sequence != 4]))
    assert summary.seq_gaps == 1
    assert "every sequence number is there" in wrong(summary)


def test_a_number_given_out_twice_is_found() -> None:
    again = event(6, "ticket.issued", "b9", number="A1", state="cancelled")
    summary = summarise(evidence([*served("a1", 1), again]))
    assert summary.duplicates == 1
    assert wrong(summary) == ["no number was given out twice"]


def test_an_event_id_used_twice_is_found() -> None:
    events = served("a1", 1)
    events[4] = events[4].model_copy(update={"id": "e1"})
    assert wrong(summarise(evidence(events))) == ["every event has an id of its own"]


def test_a_ticket_the_feed_does_not_know_is_found() -> None:
    ghost = Taken("kiosk-1", "ghost", "A7", True, 90.0)
    summary = summarise(evidence(served("a1", 1), taken=(ghost,)))
    assert wrong(summary) == ["every ticket a kiosk gave is in the feed"]


def test_a_slip_too_few_is_found_only_when_no_person_took_part() -> None:
    assert wrong(summarise(evidence(served("a1", 1), slips=()))) == ["as many slips as tickets printed"]
    assert summarise(evidence(served("a1", 1), slips=(), rehearsed=False)).good


def test_a_visitor_without_a_ticket_is_found() -> None:
    assert wrong(summarise(evidence(served("a1", 1), visitors=2))) == ["every visitor was given a ticket"]


def test_a_call_no_screen_painted_is_found() -> None:
    assert wrong(summarise(evidence(served("a1", 1), shown=()))) == ["every call was painted by hall"]


def test_an_announcement_without_a_sound_is_found() -> None:
    assert wrong(summarise(evidence(served("a1", 1), sounds=()))) == ["a sound file for each announcement"]


def test_a_line_that_differs_from_the_servers_is_found() -> None:
    summary = summarise(evidence(served("a1", 1), waiting_now=1))
    assert wrong(summary) == ["the server's line is what the feed says"]


def test_two_tickets_at_one_window_are_found() -> None:
    events = [
        event(1, "ticket.issued", "a1"),
        event(2, "ticket.issued", "a2"),
        event(3, "ticket.called", "a1", state="called", window="w1"),
        event(4, "ticket.called", "a2", state="called", window="w1"),
    ]
    assert "nobody was called twice at once" in wrong(summarise(evidence(events)))


def test_one_ticket_at_two_windows_is_found() -> None:
    events = [
        event(1, "ticket.issued", "a1"),
        event(2, "ticket.called", "a1", state="called", window="w1"),
        event(3, "ticket.called", "a1", state="called", window="w2"),
    ]
    assert "nobody was called twice at once" in wrong(summarise(evidence(events)))


def test_a_missed_a_held_and_a_transferred_visit_may_be_called_again() -> None:
    events = [
        event(1, "ticket.issued", "a1"),
        event(2, "ticket.called", "a1", state="called", window="w1"),
        event(3, "ticket.missed", "a1", state="waiting", from_window="w1"),
        event(4, "ticket.called", "a1", state="called", window="w2"),
        event(5, "ticket.held", "a1", state="held"),
        event(6, "ticket.called", "a1", state="called", window="w2", how="call_back"),
        event(7, "ticket.transferred", "b1", number="A1", from_ticket="a1", from_window="w2"),
        event(8, "ticket.called", "b1", number="A1", state="called", window="w2"),
        event(9, "ticket.finished", "b1", number="A1", state="finished"),
    ]
    summary = summarise(evidence(events))
    assert summary.good
    assert (summary.no_shows, summary.held, summary.transferred, summary.waiting_at_end) == (1, 1, 1, 0)


def test_who_waits_at_the_end_is_counted_by_ticket() -> None:
    events = [
        event(1, "ticket.issued", "a1"),
        event(2, "ticket.issued", "a2"),
        event(3, "ticket.transferred", "b1", number="A1", from_ticket="a1"),
    ]
    assert summarise(evidence(events, waiting_now=2)).waiting_at_end == 2


def test_percentiles_are_nearest_rank() -> None:
    assert spread([]).p50 is None
    assert spread([5.0]).p99 == 5.0
    hundred = spread([float(value) for value in range(1, 101)])
    assert (hundred.p50, hundred.p99) == (50.0, 99.0)


class Feed:
    """A feed of pages, as HallApi.events gives it."""

    def __init__(self, events: list[WireEvent]) -> None:
        self.all = events

    def events(self, after: int, limit: int) -> object:
        from contract.events import EventPage

        rest = [each for each in self.all if each.sequence > after]
        return EventPage(events=tuple(rest[: min(limit, 3)]), last=len(self.all))


async def follow_twice() -> Ledger:
    ledger = Ledger()
    feed = Feed([*served("a1", 1), event(6, "ticket.issued", "a2")])
    # Two at the same time, as the progress line and the closing do; only the feed of the API is needed.
    await asyncio.gather(ledger.follow(feed), ledger.follow(feed))  # type: ignore[arg-type]
    return ledger


def test_the_ledger_reads_every_event_once() -> None:
    ledger = asyncio.run(follow_twice())
    assert [each.sequence for each in ledger.events] == [1, 2, 3, 4, 5, 6]
    assert (ledger.still_open(), ledger.over()) == (1, 1)


def test_the_ledger_keeps_what_displays_say() -> None:
    ledger = Ledger()
    ledger.heard("hall", {"event": "shown", "number": "A1", "sequence": 7, "call_to_screen_ms": 12.5})
    ledger.heard("hall", {"event": "announced", "number": "A1", "loudspeaker": "east"})
    ledger.heard("hall", {"event": "announced", "number": "", "loudspeaker": "east"})
    ledger.heard("hall", {"event": "not_announced", "number": "A2", "loudspeaker": "east", "fault": "x"})
    assert ledger.shown == [Shown("hall", 7, "A1", 12.5)]
    assert ledger.said == {"east": ["A1", ""]}
    assert ledger.announced == 2
