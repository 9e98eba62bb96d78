"""Pages, order and connection words of a hall screen: nothing is cut in silence, the newest call stays on top."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bodies import TicketState
from display.board import Board
from display.screen import CallLine, hall_time, in_label_order, page_at, pages, visible_calls

_CALLED, _SERVING = TicketState.CALLED, TicketState.SERVING


def _lines(*states: TicketState) -> list[CallLine]:
    return [CallLine((f"t{at}", at), f"A{at:03d}", "1", state) for at, state in enumerate(states)]


@given(st.lists(st.sampled_from([_CALLED, _SERVING, TicketState.NO_SHOW]), max_size=40), st.integers(2, 8))
def test_every_expected_visitor_is_on_some_page_and_the_newest_on_all(states: list[TicketState], room: int) -> None:
    lines = _lines(*states)
    expected = [line for line in lines if line.state is _CALLED]
    _, first = visible_calls(lines, room, 0)
    seen: set[str] = set()
    for turn in range(first.count):
        shown, page = visible_calls(lines, room, turn)
        assert len(shown) <= room
        assert page.index == turn
        if first.count > 1:
            assert shown[0] == expected[0]
            assert len(shown) == room, "a later page is filled up"
        seen |= {line.number for line in shown}
    assert {line.number for line in expected} <= seen


def test_those_already_served_fill_the_free_rows_in_order() -> None:
    lines = _lines(_SERVING, _CALLED, _SERVING, _SERVING)
    shown, page = visible_calls(lines, 3, 0)
    assert [line.number for line in shown] == ["A000", "A001", "A002"]
    assert page.count == 1


@given(st.lists(st.floats(1, 40), max_size=60), st.floats(5, 100))
def test_pages_hold_every_row_once_and_never_overflow(heights: list[float], room: float) -> None:
    cuts = pages(heights, room)
    assert [at for first, last in cuts for at in range(first, last)] == list(range(len(heights)))
    for first, last in cuts:
        assert last - first <= 1 or sum(heights[first:last]) <= room + 1e-6


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_page_turns_come_round(turn: int, count: int) -> None:
    cuts = [(at, at + 1) for at in range(count)]
    assert page_at(cuts, turn).index == turn % count


def test_windows_are_ordered_as_people_count() -> None:
    assert sorted(["10", "2", "D10", "1", "D2", "综合1"], key=in_label_order) == ["1", "2", "10", "D2", "D10", "综合1"]


@pytest.mark.parametrize(
    ("zone", "clock"), [("Asia/Shanghai", "18:00"), ("Europe/Berlin", "11:00"), ("Not/AZone", "10:00"), ("", "10:00")]
)
def test_the_clock_is_the_halls(zone: str, clock: str) -> None:
    device = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    board = Board(time_zone=zone, skew=timedelta(hours=3))
    assert f"{hall_time(device, board):%H:%M}" == clock
