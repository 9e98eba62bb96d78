"""One loudspeaker's rules: never two at once, nothing stale, the emergency first, a bounded line."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from display.announcer import LONGEST_LINE, Announcement, Announcer, QuietHours, Rank
from display.phrases import Utterance

_NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def _item(
    key: str, sequence: int = 1, *, rank: Rank = Rank.ORDINARY, seconds: float = 90, label: str = "3"
) -> Announcement:
    return Announcement(
        key=key,
        rank=rank,
        sequence=sequence,
        expires_at=_NOW + timedelta(seconds=seconds),
        full=(Utterance(f"{key} long", "en"), Utterance(f"{key} long", "en")),
        brief=(Utterance(key, "en"),),
        label=label,
    )


def _line(announcer: Announcer) -> list[str]:
    return [waiting.key for waiting in announcer.waiting]


def _offer(announcer: Announcer, *items: Announcement, now: datetime = _NOW) -> Announcer:
    for item in items:
        announcer = announcer.offered(item, now)
    return announcer


def test_calls_are_said_in_the_order_of_the_hall() -> None:
    assert _line(_offer(Announcer(), _item("b", 2), _item("a", 1), _item("c", 3))) == ["a", "b", "c"]


def test_a_recall_goes_before_first_calls_and_an_emergency_before_all() -> None:
    announcer = _offer(
        Announcer(), _item("call", 1), _item("recall", 2, rank=Rank.RECALL), _item("fire", 3, rank=Rank.URGENT)
    )
    assert _line(announcer) == ["fire", "recall", "call"]


def test_a_repeated_call_of_the_same_ticket_is_said_once_in_its_newest_form() -> None:
    announcer = _offer(Announcer(), _item("a", 1, label="3"), _item("b", 2), _item("a", 5, label="7"))
    assert _line(announcer) == ["a", "b"]
    assert announcer.waiting[0].label == "7"


def test_a_recall_of_a_waiting_call_moves_it_up() -> None:
    announcer = _offer(Announcer(), _item("a", 1), _item("b", 2), _item("b", 5, rank=Rank.RECALL))
    assert _line(announcer) == ["b", "a"]


def test_an_older_repetition_that_comes_late_changes_nothing() -> None:
    announcer = _offer(Announcer(), _item("a", 5, label="7"), _item("a", 1, label="3"))
    assert [waiting.label for waiting in announcer.waiting] == ["7"]


def test_what_is_being_said_now_is_not_said_again_for_the_same_window() -> None:
    announcer = _offer(Announcer(), _item("a", 1)).begun(_NOW)
    assert _line(_offer(announcer, _item("a", 2, rank=Rank.RECALL))) == []
    assert _line(_offer(announcer, _item("a", 2, label="9"))) == ["a"]


def test_stale_announcements_are_never_begun() -> None:
    announcer = _offer(Announcer(), _item("old", 1, seconds=5), _item("new", 2, seconds=60))
    begun = announcer.begun(_NOW + timedelta(seconds=10))
    assert begun.playing is not None
    assert begun.playing.key == "new"
    assert begun.dropped == 1


def test_an_expired_offer_is_not_taken() -> None:
    announcer = _offer(Announcer(), _item("late", seconds=0))
    assert _line(announcer) == []
    assert announcer.dropped == 1


def test_withdrawn_before_its_turn_it_is_not_said() -> None:
    announcer = _offer(Announcer(), _item("a", 1), _item("b", 2)).withdrawn("a").begun(_NOW)
    assert announcer.playing is not None
    assert announcer.playing.key == "b"


def test_an_emergency_interrupts_and_what_it_cut_off_comes_again() -> None:
    fire = _item("fire", 9, rank=Rank.URGENT)
    announcer = _offer(Announcer(), _item("a", 1)).begun(_NOW)
    announcer = _offer(announcer, fire)
    assert announcer.must_cut
    announcer = announcer.cut().begun(_NOW)
    assert announcer.playing == fire
    assert _line(announcer) == ["a"]
    assert not _offer(announcer, _item("fire 2", 10, rank=Rank.URGENT)).must_cut
    assert not _offer(_offer(Announcer(), _item("a")).begun(_NOW), _item("b", rank=Rank.RECALL)).must_cut


def test_an_emergency_that_has_expired_cuts_nothing_off() -> None:
    announcer = _offer(Announcer(), _item("a", 1)).begun(_NOW)
    assert not _offer(announcer, _item("fire", 9, rank=Rank.URGENT, seconds=0)).must_cut


def test_a_call_cut_off_does_not_come_again_when_newer_words_for_its_ticket_wait() -> None:
    announcer = _offer(Announcer(), _item("a", 1, label="3")).begun(_NOW)
    announcer = _offer(announcer, _item("a", 2, label="7"), _item("fire", 9, rank=Rank.URGENT)).cut()
    assert [(item.key, item.label) for item in announcer.waiting] == [("fire", "3"), ("a", "7")]


def test_the_short_form_while_many_wait() -> None:
    announcer = _offer(Announcer(brief_from=2), _item("a", 1), _item("b", 2)).begun(_NOW)
    assert announcer.words == _item("a").full
    assert _offer(announcer, _item("c", 3)).words == _item("a").brief


def test_quiet_hours_pass_midnight_and_never_silence_an_emergency() -> None:
    night = Announcer(quiet=(QuietHours(time(22), time(6)),))
    late = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    call, fire = (
        Announcement(key, rank, 1, late + timedelta(seconds=90), (), ())
        for key, rank in (("a", Rank.ORDINARY), ("fire", Rank.URGENT))
    )
    assert _line(_offer(night, call, fire, now=late)) == ["fire"]
    assert QuietHours(time(12), time(14)).covers(time(12))
    assert not QuietHours(time(12), time(14)).covers(time(14))
    assert QuietHours(time(22), time(6)).covers(time(3))


def test_a_call_that_reaches_its_turn_in_quiet_hours_is_dropped() -> None:
    announcer = Announcer(quiet=(QuietHours(time(10, 1), time(11)),))
    announcer = _offer(announcer, _item("a")).begun(_NOW + timedelta(seconds=61))
    assert announcer.playing is None
    assert announcer.dropped == 1


def test_a_full_line_loses_its_oldest_ordinary_call() -> None:
    announcer = _offer(Announcer(), _item("fire", 0, rank=Rank.URGENT), _item("recall", 1, rank=Rank.RECALL))
    announcer = _offer(announcer, *(_item(f"c{at}", at + 2) for at in range(LONGEST_LINE)))
    assert _line(announcer)[:3] == ["fire", "recall", "c2"]
    assert announcer.dropped == 2


class AnyDay(RuleBasedStateMachine):
    """Whatever comes in whatever order, the rules hold."""

    def __init__(self) -> None:
        super().__init__()
        self.announcer = Announcer()
        self.now = _NOW
        self.sequence = 0
        self.urgent_waits = False

    @rule(ticket=st.integers(0, 30), rank=st.sampled_from(Rank), seconds=st.integers(-5, 120), window=st.integers(1, 4))
    def offer(self, ticket: int, rank: Rank, seconds: int, window: int) -> None:
        self.sequence += 1
        key = f"broadcast {self.sequence}" if rank is Rank.URGENT else f"ticket {ticket}"
        until = self.now + timedelta(seconds=seconds)
        item = Announcement(key, rank, self.sequence, until, (), (), label=str(window))
        playing = self.announcer.playing
        self.announcer = self.announcer.offered(item, self.now)
        assert self.announcer.playing is playing, "an offer never starts a second sound"
        if self.announcer.must_cut:
            assert self.announcer.waiting[0].expires_at > self.now
            self.announcer = self.announcer.cut()

    @rule(ticket=st.integers(0, 30))
    def withdraw(self, ticket: int) -> None:
        self.announcer = self.announcer.withdrawn(f"ticket {ticket}")
        assert f"ticket {ticket}" not in _line(self.announcer)

    @rule()
    def begin(self) -> None:
        before = self.announcer
        self.announcer = before.begun(self.now)
        if before.playing is not None:
            assert self.announcer is before, "one at a time"
            return
        alive = [item for item in before.waiting if item.expires_at > self.now]
        playing = self.announcer.playing
        assert (playing is None) == (not alive)
        if playing is not None:
            assert playing.expires_at > self.now
            assert playing.rank == min(item.rank for item in alive)

    @precondition(lambda self: self.announcer.playing is not None)
    @rule()
    def end(self) -> None:
        self.announcer = self.announcer.ended()

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def bounded_unique_and_ordered(self) -> None:
        waiting = self.announcer.waiting
        assert len(waiting) <= LONGEST_LINE
        assert len({item.key for item in waiting}) == len(waiting)
        assert [item.rank for item in waiting] == sorted(item.rank for item in waiting)


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
