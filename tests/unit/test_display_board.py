"""The board says what the hall says: by events, by snapshot, with a filter, with unknown things and a wrong clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.bodies import TakeTicket, TicketState, Transfer, WindowState
from contract.client.fake import FakeHall
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.events import WireEvent
from display.board import Announce, Board, Broadcast, Effect, Refetch, Withdraw
from display.calls import HIGHLIGHT, MISSED_STAYS, STAYS_FRESH

_NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_WINDOWS = [window for window in SAMPLE_HALL.windows if window.serves]
_WINDOW = _WINDOWS[0]


class Hall:
    """A fake hall whose every event is played to a board, with what the board asked for."""

    def __init__(self, *, zones: tuple[str, ...] = (), skew: timedelta = timedelta(0)) -> None:
        self.fake = FakeHall()
        self.fake.login(CLERK.user, CLERK.password)
        self.skew = skew
        self.board, _ = Board(zones=frozenset(zones)).rebuilt(self.fake.snapshot(), self.now())
        self.effects: list[Effect] = []
        self.fake.subscribe(self._hear)
        self.fake.open_window(_WINDOW.id)

    def now(self) -> datetime:
        """The display's own clock, which is `skew` behind the server's."""
        return self.fake.snapshot().time - self.skew

    def _hear(self, event: WireEvent) -> None:
        self.board, effects = self.board.after(event, self.now())
        self.effects.extend(effects)

    def take(self) -> str:
        service = next(service for service in SAMPLE_HALL.services if service.queue == _WINDOW.serves[0])
        return self.fake.take_ticket(TakeTicket(service=service.id)).number

    def called(self) -> str:
        self.take()
        call = self.fake.call_next(_WINDOW.id)
        assert call is not None
        return call.ticket.number

    def numbers(self) -> list[str]:
        return [call.number for call in self.board.calls]

    def announced(self) -> list[Announce]:
        return [effect for effect in self.effects if isinstance(effect, Announce)]


def _event(sequence: int, kind: str, **data: object) -> WireEvent:
    return WireEvent(id=f"e{sequence}", source="test", type=kind, time=_NOW, sequence=sequence, data=data)


def _call_event(sequence: int, number: str = "Z001", **more: object) -> WireEvent:
    data: dict[str, object] = {
        "ticket": f"t-{number}",
        "number": number,
        "queue": "nowhere",
        "service": "nothing",
        "state": "called",
        "priority_class": "ordinary",
        "waiting": 3,
        "window": "w-unknown",
        "label": "77",
        "zone": "",
        "calls": 1,
    }
    return _event(sequence, "ticket.called", **{**data, **more})


def test_a_call_is_on_top_highlighted_announced_and_at_its_window() -> None:
    hall = Hall()
    number = hall.called()
    top = hall.board.calls[0]
    assert (top.number, top.label, top.state) == (number, _WINDOW.label, TicketState.CALLED)
    assert top.is_highlighted(hall.now())
    assert not top.is_highlighted(hall.now() + HIGHLIGHT)
    row = hall.board.windows[_WINDOW.id]
    assert (row.number, row.ticket_state) == (number, TicketState.CALLED)
    (announce,) = hall.announced()
    assert announce.call.number == number
    assert not announce.recall


def test_waiting_counts_follow_every_event() -> None:
    hall = Hall()
    queue = _WINDOW.serves[0]
    hall.take()
    hall.take()
    assert hall.board.queues[queue].waiting == 2
    hall.fake.call_next(_WINDOW.id)
    assert hall.board.queues[queue].waiting == 1


def test_a_recall_moves_to_the_top_and_is_announced_as_one() -> None:
    hall = Hall()
    first = hall.called()
    board, _ = hall.board.after(_call_event(hall.board.seq + 1), hall.now())
    assert [call.number for call in board.calls] == ["Z001", first]
    recalled = _call_event(board.seq + 1, first, ticket=hall.board.calls[0].ticket, window=_WINDOW.id, calls=2)
    board, effects = board.after(recalled.model_copy(update={"type": "ticket.recalled"}), hall.now())
    assert [call.number for call in board.calls] == [first, "Z001"]
    assert [effect.recall for effect in effects if isinstance(effect, Announce)] == [True]


def test_a_started_ticket_stays_and_a_finished_one_leaves() -> None:
    hall = Hall()
    number = hall.called()
    hall.fake.start(_WINDOW.id)
    assert [(call.number, call.state) for call in hall.board.calls] == [(number, TicketState.SERVING)]
    assert not hall.board.calls[0].is_highlighted(hall.now())
    assert any(isinstance(effect, Withdraw) for effect in hall.effects)
    hall.fake.finish(_WINDOW.id)
    assert hall.numbers() == []
    assert hall.board.windows[_WINDOW.id].number == ""


def test_a_missed_call_stays_dimmed_a_while_even_when_its_ticket_waits_again() -> None:
    hall = Hall()
    number = hall.called()
    hall.fake.no_show(_WINDOW.id)
    assert [(call.number, call.state) for call in hall.board.calls] == [(number, TicketState.NO_SHOW)]
    assert hall.board.windows[_WINDOW.id].ticket == ""
    assert hall.board.aged(hall.now() + MISSED_STAYS / 2) is hall.board
    assert hall.board.aged(hall.now() + MISSED_STAYS).calls == ()


def test_a_transferred_ticket_leaves_its_window() -> None:
    hall = Hall()
    hall.called()
    other = next(queue.id for queue in SAMPLE_HALL.queues if queue.id != _WINDOW.serves[0])
    hall.fake.transfer(_WINDOW.id, Transfer(queue=other))
    assert hall.numbers() == []
    assert hall.board.windows[_WINDOW.id].ticket == ""


def test_a_window_calls_one_ticket_so_the_one_before_gives_way() -> None:
    board, _ = Hall().board.after(_call_event(1000, "Z001"), _NOW)
    board, _ = board.after(_call_event(1001, "Z002"), _NOW)
    assert [call.number for call in board.calls] == ["Z002"]


def test_windows_follow_pause_and_close() -> None:
    hall = Hall()
    hall.fake.pause_window(_WINDOW.id, "午餐")
    row = hall.board.windows[_WINDOW.id]
    assert (row.state, row.reason) == (WindowState.PAUSED, "午餐")
    hall.fake.resume_window(_WINDOW.id)
    hall.fake.close_window(_WINDOW.id)
    assert hall.board.windows[_WINDOW.id].state is WindowState.CLOSED


def test_unknown_ids_cost_one_row_and_not_the_screen() -> None:
    hall = Hall()
    before = hall.board
    board, effects = before.after(_call_event(before.seq + 1), hall.now())
    assert [(call.number, call.label) for call in board.calls] == [("Z001", "77")]
    assert [type(effect) for effect in effects] == [Announce]
    assert board.windows == before.windows
    assert board.queues == before.queues


def test_an_event_that_is_wrong_or_of_an_unknown_type_is_skipped() -> None:
    board = Hall().board
    after, effects = board.after(_event(board.seq + 1, "ticket.teleported", ticket="x"), _NOW)
    assert after.calls == board.calls
    assert effects == ()
    after, effects = board.after(_event(board.seq + 1, "ticket.called", ticket="x"), _NOW)
    assert after.calls == board.calls
    assert [type(effect) for effect in effects] == [Refetch]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("config.published", {"version": 2}),
        ("day.closed", {"business_day": "2026-03-02"}),
        ("day.reopened", {"business_day": "2026-03-02"}),
        ("calendar.changed", {"closure": "C1", "date": "2026-03-02", "start": "10:00", "end": "24:00"}),
    ],
)
def test_a_new_configuration_or_day_asks_for_the_truth(kind: str, data: dict[str, object]) -> None:
    board = Hall().board
    _, effects = board.after(_event(board.seq + 1, kind, **data), _NOW)
    assert effects == (Refetch(),)


def test_an_event_the_snapshot_contains_is_not_counted_twice() -> None:
    board = Hall().board
    assert board.after(_call_event(board.seq), _NOW) == (board, ())


def test_the_zone_filter_hides_calls_and_broadcasts_of_elsewhere() -> None:
    hall = Hall(zones=("no-such-zone",))
    hall.called()
    assert hall.numbers() == []
    assert hall.announced() == []
    assert hall.board.windows[_WINDOW.id].number
    data = {"text": "x", "lang": "en", "expires_at": (_NOW + timedelta(hours=1)).isoformat()}
    board, effects = hall.board.after(_event(900, "announcement.broadcast", **data, zones=[_WINDOW.zone]), hall.now())
    assert (board.broadcasts, effects) == ((), ())
    board, effects = board.after(_event(901, "announcement.broadcast", **data), hall.now())
    assert [type(effect) for effect in effects] == [Broadcast]
    assert [row.text for row in board.aged(_NOW).broadcasts] == ["x"]
    assert board.aged(_NOW + timedelta(hours=1)).broadcasts == ()


def test_a_restarted_display_shows_the_calls_and_says_nothing() -> None:
    hall = Hall()
    number = hall.called()
    board, effects = Board().rebuilt(hall.fake.snapshot(), hall.now())
    assert [call.number for call in board.calls] == [number]
    assert effects == ()
    assert board.windows == hall.board.windows
    assert board.queues == hall.board.queues


def test_a_call_found_in_a_later_snapshot_is_announced_while_it_is_fresh() -> None:
    hall = Hall()
    before = hall.board
    number = hall.called()
    board, effects = before.rebuilt(hall.fake.snapshot(), hall.now())
    assert [effect.call.number for effect in effects if isinstance(effect, Announce)] == [number]
    assert board.calls[0].is_highlighted(hall.now())
    again, effects = board.rebuilt(hall.fake.snapshot(), hall.now())
    assert again.calls == board.calls
    assert effects == ()
    hall.fake.advance(minutes=STAYS_FRESH.total_seconds() / 60)
    _, effects = before.rebuilt(hall.fake.snapshot(), hall.now())
    assert effects == ()


def test_a_recall_found_in_a_later_snapshot_is_on_top_and_announced() -> None:
    hall = Hall()
    hall.called()
    hall.fake.advance(minutes=5)
    hall.take()
    before = hall.board
    hall.fake.recall(_WINDOW.id)
    board, effects = before.rebuilt(hall.fake.snapshot(), hall.now())
    assert [effect.recall for effect in effects if isinstance(effect, Announce)] == [True]
    assert board.calls[0].is_highlighted(hall.now())


def test_a_call_after_a_miss_is_a_new_call_even_at_the_same_window() -> None:
    hall = Hall()
    hall.called()
    hall.fake.no_show(_WINDOW.id)
    missed = hall.board
    assert missed.calls[0].state is TicketState.NO_SHOW
    again = hall.fake.call_next(_WINDOW.id) or hall.fake.call_back(_WINDOW.id, missed.calls[0].ticket)
    board, effects = missed.rebuilt(hall.fake.snapshot(), hall.now())
    assert board.calls[0].number == again.ticket.number
    assert [effect.call.number for effect in effects if isinstance(effect, Announce)] == [again.ticket.number]


def test_a_snapshot_withdraws_what_is_over() -> None:
    hall = Hall()
    hall.called()
    board, ticket = hall.board, hall.board.calls[0].ticket
    hall.fake.start(_WINDOW.id)
    hall.fake.finish(_WINDOW.id)
    after, effects = board.rebuilt(hall.fake.snapshot(), hall.now())
    assert after.calls == ()
    assert effects == (Withdraw(ticket),)


@pytest.mark.parametrize("skew", [timedelta(hours=-9), timedelta(minutes=3), timedelta(days=40)])
def test_a_display_with_a_wrong_clock_behaves_the_same(skew: timedelta) -> None:
    hall = Hall(skew=skew)
    hall.called()
    call = hall.board.calls[0]
    assert call.is_highlighted(hall.now())
    assert not call.is_highlighted(hall.now() + HIGHLIGHT)
    restarted, _ = Board().rebuilt(hall.fake.snapshot(), hall.now())
    assert restarted.calls[0].is_highlighted(hall.now())
    assert restarted.skew == skew


_ACTS = ("take", "call_next", "recall", "start", "finish", "no_show", "hold", "pause", "resume")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_ACTS), st.integers(0, 1)), max_size=25))
def test_events_and_snapshot_tell_the_same_story(acts: list[tuple[str, int]]) -> None:
    """Whatever happens, the board that heard every event equals the one rebuilt afterwards."""
    hall = Hall()
    for act, _ in acts:
        _try(hall, act)
    rebuilt, _ = Board().rebuilt(hall.fake.snapshot(), hall.now())
    assert hall.board.windows == rebuilt.windows
    assert hall.board.queues == rebuilt.queues
    at_windows = {call.number for call in rebuilt.calls if call.state is not TicketState.NO_SHOW}
    assert {call.number for call in hall.board.calls if call.state is not TicketState.NO_SHOW} == at_windows
    assert hall.board.seq == rebuilt.seq


def _try(hall: Hall, act: str) -> None:
    from contract.errors import HallError

    try:
        if act == "take":
            hall.take()
        elif act in {"pause", "resume"}:
            getattr(hall.fake, f"{act}_window")(_WINDOW.id)
        else:
            getattr(hall.fake, act)(_WINDOW.id)
    except HallError:
        pass  # a refused act changes nothing, which is what is compared


def test_a_visitor_who_stays_at_the_window_is_no_new_call() -> None:
    hall = Hall()
    service, other = [one.id for one in SAMPLE_HALL.services if one.queue == _WINDOW.serves[0]][:2]
    number = hall.fake.take_ticket(TakeTicket(service=service, services=(other, "id-card"))).number
    hall.fake.call_next(_WINDOW.id)
    hall.fake.start(_WINDOW.id)
    hall.fake.finish(_WINDOW.id)
    row = hall.board.windows[_WINDOW.id]
    assert (row.number, row.ticket_state) == (number, TicketState.SERVING)
    assert len(hall.announced()) == 1
    hall.fake.finish(_WINDOW.id)
    assert hall.board.windows[_WINDOW.id].number == "", "who waits for the next service is at no window"
    assert len(hall.announced()) == 1
