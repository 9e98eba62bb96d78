"""Time in the test's hand, and blocking jobs that leave the app's own thread free."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs, Worker


@given(st.lists(st.floats(0, 100), max_size=30))
def test_alarms_ring_in_order_each_at_its_own_time(waits: list[float]) -> None:
    scheduler = ManualScheduler()
    rung: list[tuple[float, float]] = []
    for wait in waits:
        scheduler.call_later(wait, lambda wait=wait: rung.append((wait, scheduler.monotonic())))  # type: ignore[misc]
    scheduler.advance(100)
    assert [wait for wait, _ in rung] == sorted(waits)
    assert all(at == pytest.approx(wait) for wait, at in rung)


def test_a_cancelled_alarm_stays_silent_and_may_be_cancelled_again() -> None:
    scheduler = ManualScheduler()
    rung: list[str] = []
    alarm = scheduler.call_later(1, lambda: rung.append("rang"))
    alarm.cancel()
    alarm.cancel()
    scheduler.advance(5)
    assert rung == []


def test_an_alarm_set_by_an_alarm_rings_in_the_same_stretch_of_time() -> None:
    scheduler = ManualScheduler()
    rung: list[float] = []
    scheduler.call_later(1, lambda: scheduler.call_later(1, lambda: rung.append(scheduler.monotonic())) and None)
    scheduler.advance(3)
    assert rung == [2.0]
    assert (scheduler.now() - ManualScheduler().now()).total_seconds() == 3


class Posts:
    """An app's own thread in a bottle: posts wait until the test runs them."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Callable[[], None]] = queue.Queue()

    def run(self, count: int) -> None:
        for _ in range(count):
            self.waiting.get(timeout=10)()


def test_jobs_run_one_after_another_elsewhere_and_answers_come_home() -> None:
    posts, here = Posts(), threading.get_ident()
    worker = Worker(posts.waiting.put, "test")
    seen: list[tuple[int, bool, bool]] = []
    for number in range(5):
        worker.submit(
            lambda number=number: (number, threading.get_ident()),  # type: ignore[misc]
            lambda result: seen.append((result[0], result[1] != here, threading.get_ident() == here)),
        )
    posts.run(5)
    assert seen == [(number, True, True) for number in range(5)]
    worker.close()


def test_a_failed_job_is_told_and_the_next_one_is_done() -> None:
    posts = Posts()
    worker = Worker(posts.waiting.put, "test")
    told: list[object] = []
    worker.submit(lambda: 1 // 0, told.append, told.append)
    worker.submit(lambda: "fine", told.append)
    posts.run(2)
    assert isinstance(told[0], ZeroDivisionError)
    assert told[1] == "fine"
    worker.close()


def test_closing_finishes_what_was_handed_in() -> None:
    posts = Posts()
    worker = Worker(posts.waiting.put, "test")
    done: list[int] = []
    for number in range(20):
        worker.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    worker.close()
    assert done == list(range(20))


def test_inline_jobs_answer_at_once() -> None:
    told: list[object] = []
    InlineJobs().submit(lambda: 2, told.append)
    InlineJobs().submit(lambda: 1 // 0, told.append, told.append)
    assert told[0] == 2
    assert isinstance(told[1], ZeroDivisionError)
