"""Invented days through the real rules: nobody is lost, one seed gives one course, and what-ifs change only that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.ticket import State
from queueserver.simulation.days import Played
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.report import percentile, report
from queueserver.simulation.run import Simulation
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.visitors import Deed, End, Later, Move, Stage, Visitor, WindowMove
from queueserver.simulation.whatif import Change, WhatIf, WhatIfError
from tests.unit.fake_unit import NOON, PLAN
from tests.unit.simulation_kit import played, written

MINUTE = 60_000
START = round(NOON.timestamp() * 1000)
FINAL = {State.FINISHED, State.WALKOUT, State.EXPIRED, State.CANCELLED, State.TRANSFERRED}


def simulation(*windows: str) -> Simulation:
    made = Simulation(PLAN, NOON.date())
    made.expect((), [WindowMove(START, window, Move.OPEN) for window in windows or ("w1",)])
    return made


def visitor(minute: float, *stages: Stage, queue: str = "clerk", **more: object) -> Visitor:
    at_ms = START + round(minute * MINUTE)
    made = Visitor(at_ms, f"s-{queue}", stages or (Stage(0, 10 * MINUTE),))
    return replace(made, **more)  # type: ignore[arg-type]


def calls(made: Simulation) -> list[tuple[str, str]]:
    return made.records.calls


def journeys(one: Played) -> list[object]:
    return [(leg.number, leg.since_ms, leg.called_ms, leg.ended_ms, leg.window, leg.end) for leg in one.records.legs]


def test_the_same_seed_gives_the_same_days_and_another_seed_others(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = played(path)
    assert journeys(first) == journeys(played(path))
    assert journeys(first) != journeys(played(path, seed=8))


def test_nobody_is_lost(tmp_path: Path) -> None:
    path = written(tmp_path)
    one, days = played(path), InventedDays(read_scenario(path))
    came = sum(len(list(days.visitors(day))) for day in days.days)
    assert came == len(one.records.legs) + one.records.refused.total()
    assert came > 100
    assert one.records.refused.total() > 0
    assert {leg.end for leg in one.records.legs} <= FINAL
    assert all(leg.ended_ms is not None for leg in one.records.legs)
    ends = Counter(leg.end for leg in one.records.legs)
    assert ends[State.WALKOUT] > 0
    assert ends[State.EXPIRED] > 0


def test_who_gets_no_ticket_is_counted_with_the_reason(tmp_path: Path) -> None:
    one = played(written(tmp_path))
    assert {code for _, code in one.records.refused} == {"queue_closed", "last_ticket_time"}


def test_a_window_serves_one_after_the_other_and_is_busy_meanwhile() -> None:
    made = simulation()
    made.expect([visitor(0), visitor(1), visitor(2)], [WindowMove(START + 60 * MINUTE, "w1", Move.CLOSE)])
    made.run()
    assert [leg.wait_ms for leg in made.records.legs] == [0, 9 * MINUTE, 18 * MINUTE]
    hours = made.records.windows["w1"]
    assert (hours.open_ms, hours.busy_ms, hours.finished) == (60 * MINUTE, 30 * MINUTE, 3)


def test_a_closing_window_serves_on_while_somebody_waits_but_not_for_ever() -> None:
    closing = WindowMove(START + 5 * MINUTE, "w1", Move.CLOSE, until_ms=START + 15 * MINUTE)
    made = simulation()
    made.expect([visitor(n) for n in range(4)], [closing])
    made.run()
    assert [leg.end for leg in made.records.legs] == [State.FINISHED, State.FINISHED, State.WAITING, State.WAITING]
    assert made.records.windows["w1"].open_ms == 20 * MINUTE


def test_a_paused_window_calls_nobody_until_it_goes_on() -> None:
    moves = [WindowMove(START, "w1", Move.PAUSE), WindowMove(START + 7 * MINUTE, "w1", Move.RESUME)]
    made = simulation()
    made.expect([visitor(1)], moves)
    made.run()
    assert made.records.legs[0].wait_ms == 6 * MINUTE


def test_who_misses_the_call_follows_the_queue_s_policy_and_may_be_let_in_again() -> None:
    back = Later(3 * MINUTE, Deed.REINSTATE)
    missed = Stage(None, MINUTE, End.MISS, afterwards=(back,))
    made = simulation()
    made.expect([visitor(0, missed, Stage(0, MINUTE))], ())
    made.run()
    leg = made.records.legs[0]
    assert (leg.misses, leg.end, leg.ended_ms) == (1, State.FINISHED, START + 5 * MINUTE)
    assert len(calls(made)) == 2


def test_held_and_called_back_and_transferred_visits_go_their_way() -> None:
    held = Stage(0, MINUTE, End.HOLD, afterwards=(Later(5 * MINUTE, Deed.CALL_BACK, "w1"),))
    made = simulation("w1", "w3")
    moved = Stage(0, MINUTE, End.TRANSFER, to_queue="postpone")
    made.expect([visitor(0, held, Stage(0, MINUTE)), visitor(1, moved, Stage(0, MINUTE))], ())
    made.run()
    assert calls(made) == [("A001", "w1"), ("A002", "w1"), ("A002", "w3"), ("A001", "w1")]
    assert [(leg.queue, leg.end) for leg in made.records.legs] == [
        ("clerk", State.FINISHED),
        ("clerk", State.TRANSFERRED),
        ("postpone", State.FINISHED),
    ]


def test_who_leaves_silently_is_called_in_vain() -> None:
    made = simulation()
    waits = visitor(1, leaves_after_ms=5 * MINUTE)
    told = visitor(2, meanwhile=(Later(5 * MINUTE, Deed.WALK_OUT),))
    made.expect([visitor(0), waits, told], ())
    made.run()
    assert [(leg.end, leg.misses) for leg in made.records.legs] == [
        (State.FINISHED, 0),
        (State.NO_SHOW, 1),
        (State.WALKOUT, 0),
    ]


def test_the_window_idle_longest_calls_first() -> None:
    made = simulation("w1", "w2")
    made.expect([visitor(0, Stage(0, 5 * MINUTE)), visitor(1, Stage(0, MINUTE)), visitor(7)], ())
    made.run()
    assert [window for _, window in calls(made)] == ["w1", "w2", "w2"]


def test_a_day_s_end_ends_everything() -> None:
    made = simulation()
    made.expect([visitor(0, Stage(0, 900 * MINUTE)), visitor(1)], ())
    made.run(START + 600 * MINUTE)
    made.turn_day(NOON.date().replace(day=3))
    assert [leg.end for leg in made.records.legs] == [State.FINISHED, State.EXPIRED]
    assert made.records.windows["w1"].busy_ms == 600 * MINUTE


def test_a_closed_window_changes_only_its_queues(tmp_path: Path) -> None:
    path = written(tmp_path)
    before, after = played(path), played(path, WhatIf(changes=(Change("w1", False, 0, 1440),)))
    assert "w1" not in after.records.windows
    assert [leg.since_ms for leg in before.records.legs] == [leg.since_ms for leg in after.records.legs]
    longer = [report("x", 2, one.records, one.plan, one.zone).whole for one in (before, after)]
    assert longer[1].mean > longer[0].mean
    assert longer[1].called < longer[0].called


def test_an_open_band_opens_a_window_that_was_closed_then(tmp_path: Path) -> None:
    alone = ("[[service_times]]", '[[windows]]\nwindows = ["w1"]\nopen = ["10:00-11:00"]\n\n[[service_times]]')
    path = written(tmp_path, alone)
    short, longer = played(path), played(path, WhatIf(changes=(Change("w1", True, 540, 720),)))
    assert short.records.windows["w1"].open_ms >= 2 * 60 * MINUTE
    assert longer.records.windows["w1"].open_ms >= 2 * 180 * MINUTE
    assert longer.records.windows["w1"].open_ms > short.records.windows["w1"].open_ms


def test_more_windows_serve_everything_and_fewer_leave_the_last_closed(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert set(played(path, WhatIf(windows=1)).records.windows) == {"w1"}
    more = played(path, WhatIf(windows=4))
    assert set(more.records.windows) == {"w1", "w2", "further-3", "further-4"}
    assert more.records.windows["further-4"].finished > 0


def test_a_policy_is_tried_and_a_wrong_one_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert played(path, WhatIf(policy=(("longest_wait_minutes", "7"),))).plan.policy.longest_wait_minutes == 7
    with pytest.raises(WhatIfError, match="the policy has no 'longest_wait'; it has privileged_per_ordinary"):
        played(path, WhatIf(policy=(("longest_wait", "7"),)))
    with pytest.raises(WhatIfError, match=r"policy recalls: .* not 'many'"):
        played(path, WhatIf(policy=(("recalls", "many"),)))
    with pytest.raises(WhatIfError, match="the hall has no window 'w9'"):
        played(path, WhatIf(changes=(Change("w9", True, 0, 60),)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(["clerk", "requeue", "postpone", "expire"]),
            st.sampled_from([None, "old"]),
            st.integers(0, 20),
            st.sampled_from(list(End)),
            st.integers(0, 60),
        ),
        max_size=30,
    ),
    st.integers(1, 3),
)
def test_whatever_happens_everybody_is_somewhere(
    people: list[tuple[int, str, str | None, int, End, int]], windows: int
) -> None:
    made = simulation(*("w1", "w2", "w3")[:windows])
    made.expect(
        [
            visitor(
                minute,
                Stage(0, stay * MINUTE, end, to_queue="requeue", places=1),
                Stage(0, MINUTE),
                queue=queue,
                priority_class=kind,
                meanwhile=(Later(patience * MINUTE, Deed.WALK_OUT),),
            )
            for minute, queue, kind, stay, end, patience in people
        ],
        (),
    )
    made.run()
    made.turn_day(NOON.date().replace(day=3))
    first = [leg for leg in made.records.legs if leg.first]
    assert len(first) == len(people)
    assert all(leg.end in FINAL for leg in made.records.legs)
    assert made.hall.live.tickets == {}
    assert all(hours.busy_since is None for hours in made.records.windows.values())


def test_percentiles_are_nearest_rank() -> None:
    assert [percentile([1, 2, 3, 4], share) for share in (0.5, 0.9, 0.25)] == [2, 4, 1]
    assert percentile([], 0.5) == 0


def test_a_window_closed_for_an_hour_goes_on_afterwards(tmp_path: Path) -> None:
    path = written(tmp_path)
    before, after = played(path), played(path, WhatIf(changes=(Change("w1", False, 600, 660),)))
    missing = before.records.windows["w1"].open_ms - after.records.windows["w1"].open_ms
    assert 2 * 40 * MINUTE < missing <= 2 * 60 * MINUTE, "less what the visitor at the window still needed"
    assert after.records.windows["w1"].finished > 0
