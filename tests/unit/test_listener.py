"""A listener's judgement without a broker: what is delivered, what is dropped, when the snapshot is believed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bodies import Snapshot
from contract.client.fake import FakeHall
from contract.client.listener import BrokerAddress, Heard, Listener, Sequencer
from contract.errors import HallError
from contract.events import WireEvent

WAIT_SECONDS = 10.0


def event(sequence: int) -> WireEvent:
    return WireEvent(
        id=f"e{sequence}",
        source="urn:test",
        type="ticket.called",
        time=datetime(2026, 3, 2, tzinfo=UTC),
        sequence=sequence,
        data={},
    )


@given(st.lists(st.integers(min_value=1, max_value=30)), st.integers(min_value=0, max_value=20))
def test_what_is_accepted_is_always_the_very_next_fact(arrivals: list[int], start: int) -> None:
    sequencer = Sequencer()
    sequencer.restart_at(start)
    accepted = [sequence for sequence in arrivals if sequencer.accepts(sequence)]
    assert accepted == list(range(start + 1, start + 1 + len(accepted)))


def test_the_three_verdicts() -> None:
    sequencer = Sequencer()
    assert sequencer.accepts(1) is None, "nothing is delivered before the first snapshot"
    sequencer.restart_at(4)
    assert sequencer.accepts(5) is True
    assert sequencer.accepts(5) is False
    assert sequencer.accepts(7) is None
    assert sequencer.last == 5


class Rig:
    """A listener whose broker is the test: it is told about connections and events directly."""

    def __init__(self, **timing: float) -> None:
        self.told: queue.Queue[tuple[str, object]] = queue.Queue()
        self.seq = 0
        self.trouble: HallError | None = None
        self.fetched = threading.Semaphore(0)
        self.break_on: int | None = None
        self.listener = Listener(
            BrokerAddress(port=1),
            "sample",
            "board",
            fetch=self._fetch,
            heard=Heard(
                snapshot=lambda snapshot: self.told.put(("snapshot", snapshot.seq)),
                event=self._event,
                live=lambda live: self.told.put(("live", live)),
                unreachable=lambda error: self.told.put(("unreachable", error.code)),
            ),
            **timing,
        )
        self._template = FakeHall().snapshot()

    def _fetch(self) -> Snapshot:
        self.fetched.release()
        if self.trouble is not None:
            raise self.trouble
        return self._template.model_copy(update={"seq": self.seq})

    def _event(self, heard: WireEvent) -> None:
        if heard.sequence == self.break_on:
            raise RuntimeError("a defect in the owner")
        self.told.put(("event", heard.sequence))

    def start(self) -> None:
        self.listener._worker.start()

    def connect(self, *, connected: bool = True) -> None:
        self.listener._inbox.put(connected)

    def arrive(self, *sequences: int) -> None:
        for sequence in sequences:
            self.listener._inbox.put(event(sequence))

    def next(self) -> tuple[str, object]:
        return self.told.get(timeout=WAIT_SECONDS)

    def expect(self, *wanted: tuple[str, object]) -> None:
        assert [self.next() for _ in wanted] == list(wanted)


@pytest.fixture
def make() -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def build(**timing: float) -> Rig:
        rigs.append(Rig(**timing))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.listener._inbox.put(None)
        rig.listener._worker.join(WAIT_SECONDS)
        assert not rig.listener._worker.is_alive()


def test_the_snapshot_comes_first_and_then_each_fact_once(make: Callable[..., Rig]) -> None:
    rig = make(poll_seconds=60.0)
    rig.seq = 4
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 4), ("live", True))
    rig.arrive(3, 4, 5, 5, 6)
    rig.expect(("event", 5), ("event", 6))
    assert rig.told.empty()


def test_a_hole_is_repaired_by_the_snapshot(make: Callable[..., Rig]) -> None:
    rig = make(poll_seconds=60.0)
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 0), ("live", True))
    rig.seq = 3
    rig.arrive(1, 3, 4)
    assert rig.next() == ("event", 1)
    assert rig.next() == ("snapshot", 3)
    rig.arrive(4)
    rig.expect(("event", 4))


def test_without_the_broker_the_snapshot_is_asked_for_again_and_again(make: Callable[..., Rig]) -> None:
    rig = make(poll_seconds=0.01)
    rig.start()
    rig.expect(("snapshot", 0), ("snapshot", 0), ("snapshot", 0))


def test_losing_the_broker_is_said_and_polling_begins(make: Callable[..., Rig]) -> None:
    rig = make(poll_seconds=0.01)
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 0), ("live", True))
    rig.connect(connected=False)
    rig.expect(("live", False), ("snapshot", 0), ("snapshot", 0))


def test_an_unreachable_server_is_said(make: Callable[..., Rig]) -> None:
    rig = make()
    rig.trouble = HallError("server_unreachable")
    rig.start()
    rig.expect(("unreachable", "server_unreachable"))


def test_a_flood_of_facts_does_not_hammer_a_server_that_does_not_answer(make: Callable[..., Rig]) -> None:
    rig = make()
    rig.trouble = HallError("busy")
    rig.connect()
    rig.start()
    rig.expect(("unreachable", "busy"))
    rig.arrive(*range(10, 400, 2))
    rig.connect(connected=False)
    rig.expect(("unreachable", "busy"))
    assert rig.fetched.acquire(timeout=WAIT_SECONDS)
    assert rig.fetched.acquire(timeout=WAIT_SECONDS)
    assert not rig.fetched.acquire(blocking=False)


def test_a_lost_last_message_is_found(make: Callable[..., Rig]) -> None:
    rig = make(check_seconds=0.05)
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 0), ("live", True))
    rig.seq = 1
    rig.expect(("snapshot", 1))


def test_a_hall_that_counts_from_an_earlier_number_again_is_believed(make: Callable[..., Rig]) -> None:
    rig = make(check_seconds=0.05)
    rig.seq = 500
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 500), ("live", True))
    rig.seq = 2
    rig.expect(("snapshot", 2))
    rig.arrive(3)
    rig.seq = 3
    rig.expect(("event", 3))


def test_a_defect_in_the_owner_does_not_end_the_listening(
    make: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    rig = make(poll_seconds=60.0)
    rig.connect()
    rig.start()
    rig.expect(("snapshot", 0), ("live", True))
    rig.break_on = 1
    rig.arrive(1)
    rig.seq = 1
    rig.expect(("snapshot", 1))
    rig.arrive(2)
    rig.expect(("event", 2))
    assert "callback failed" in caplog.text
