"""The presenter over the fake hall: what is asked, how often, what happens when the hall goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from caller.inputs import SignIn, SignOut
from caller.presenter import CallerPresenter
from caller.state import Act, Details, Link, Shelf, Stage
from contract.bodies import TakeTicket, WindowView
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, CLERK, Staff
from contract.errors import HallError
from contract.events import WireEvent
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs


class CountingHall(FakeHall):
    """A fake hall that counts how often the clerk's view is asked for."""

    views = 0

    def window(self, window: str, lang: str = "zh-CN") -> WindowView:
        self.views += 1
        return super().window(window, lang)


class Late(InlineJobs):
    """Jobs that wait until the test lets them run, one after another."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, *arguments: object, **more: object) -> None:  # type: ignore[override] # passes everything on
        self.waiting.append(lambda: InlineJobs.submit(self, *arguments, **more))  # type: ignore[arg-type] # the same

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Bench:
    def __init__(self, jobs: InlineJobs | None = None, window: str = "w1") -> None:
        self.clock = ManualScheduler()
        self.hall = CountingHall(now=self.clock.now)
        self.presenter = CallerPresenter(self.hall, jobs or InlineJobs(), self.clock, window=window)
        self.heard = self.presenter.heard(lambda action: action())

    def sign_in(self, who: Staff = CHIEF) -> Bench:
        self.presenter.handle(SignIn(who.user, who.password))
        return self

    def open(self) -> Bench:
        self.sign_in()
        self.presenter.press(Act.OPEN)
        return self

    def take(self, service: str = "pension") -> WireEvent:
        self.hall.take_ticket(TakeTicket(service=service))
        return self.hall.events(0).events[-1]

    @property
    def number(self) -> str | None:
        current = self.presenter.state.current
        return current.number if current else None


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.presenter.close()


def test_a_whole_visitor(bench: Bench) -> None:
    bench.take()
    bench.open()
    for act in (Act.NEXT, Act.START, Act.FINISH):
        bench.presenter.press(act)
    assert [command.split()[0] for command in bench.hall.commands[-3:]] == ["call_next", "start", "finish"]
    assert bench.number is None


def test_two_presses_serve_a_visitor(bench: Bench) -> None:
    bench.take()
    bench.open().presenter.press(Act.NEXT)
    bench.presenter.press(Act.FINISH)
    assert [command.split()[0] for command in bench.hall.commands[-3:]] == ["call_next", "start", "finish"]


def test_every_act_reaches_the_hall(bench: Bench) -> None:
    for _ in range(8):
        bench.take()
    bench.open()
    presenter = bench.presenter
    presenter.press(Act.NEXT)
    presenter.press(Act.RECALL)
    presenter.press(Act.NO_SHOW)
    missed = bench.presenter.state.view
    assert missed is not None
    presenter.press(Act.CALL_BACK, Details(ticket=missed.missed[0].id))
    presenter.press(Act.HOLD)
    presenter.choose()
    held = bench.presenter.state.view
    assert held is not None
    presenter.press(Act.REQUEUE, Details(ticket=held.held[0].id))
    presenter.press(Act.NEXT)
    presenter.press(Act.POSTPONE)
    view = bench.presenter.state.view
    assert view is not None
    presenter.press(Act.PICK, Details(ticket=view.waiting[2].id))
    presenter.choose(Details(text="急事"))
    presenter.press(Act.TRANSFER)
    presenter.choose(Details(queue="tax", text="先交税"))
    presenter.press(Act.PAUSE)
    presenter.choose(Details(text="午休"))
    presenter.press(Act.RESUME)
    presenter.press(Act.CLOSE)
    asked = [command.split()[0] for command in bench.hall.commands if not command.startswith("take_ticket")]
    assert asked == [
        "open",
        "call_next",
        "recall",
        "no_show",
        "call_back",
        "hold",
        "requeue",
        "call_next",
        "postpone",
        "pick",
        "transfer",
        "pause",
        "resume",
        "close",
    ]
    assert bench.presenter.state.refused is None


def test_a_lost_answer_is_repeated_and_calls_nobody_twice(bench: Bench) -> None:
    bench.take()
    bench.take()
    bench.open()
    bench.hall.lose_next_answer()
    bench.presenter.press(Act.NEXT)
    assert bench.presenter.state.link is not Link.LOST, "the next look found the server again"
    assert bench.number == "A001", "and showed what the lost answer would have told"
    assert [event.type for event in bench.hall.events(0).events].count("ticket.called") == 1


def test_a_burst_of_news_is_one_look(bench: Bench) -> None:
    bench.open()
    events = [bench.take() for _ in range(30)]
    before = bench.hall.views
    for event in events:
        bench.heard.event(event)
    bench.clock.advance(1.0)
    assert bench.hall.views == before + 1
    assert bench.presenter.state.view is not None
    assert bench.presenter.state.view.waiting_count == 30


def test_news_that_does_not_concern_the_window_is_not_looked_at(bench: Bench) -> None:
    bench.open()
    before = bench.hall.views
    bench.heard.event(bench.take("id-card"))
    bench.clock.advance(5.0)
    assert bench.hall.views == before


def test_news_during_a_look_is_followed_by_one_more_look() -> None:
    jobs = Late()
    bench = Bench(jobs)
    bench.sign_in()
    jobs.run()
    bench.presenter.press(Act.OPEN)
    jobs.run()
    bench.heard.event(bench.take())
    bench.clock.advance(1.0)
    bench.heard.event(bench.take())
    bench.heard.event(bench.take())
    assert len(jobs.waiting) == 1, "one question under way, however much news"
    jobs.run()
    bench.clock.advance(1.0)
    jobs.run()
    assert bench.presenter.state.view is not None
    assert bench.presenter.state.view.waiting_count == 3
    bench.presenter.close()


def test_the_hall_goes_away_and_comes_back(bench: Bench) -> None:
    bench.take()
    bench.open()
    bench.heard.live(True)
    bench.clock.advance(1.0)
    assert bench.presenter.state.link is Link.LIVE
    bench.hall.go_offline()
    bench.presenter.press(Act.NEXT)
    assert bench.presenter.state.link is Link.LOST
    assert bench.presenter.state.refused is not None
    bench.clock.advance(20.0)
    assert bench.presenter.state.link is Link.LOST
    bench.hall.come_back()
    bench.clock.advance(5.0)
    assert bench.presenter.state.link is Link.LIVE
    assert bench.presenter.state.refused is None
    bench.presenter.press(Act.NEXT)
    assert bench.number == "A001"


def test_an_unreachable_snapshot_is_an_unreachable_server(bench: Bench) -> None:
    bench.open()
    bench.heard.unreachable(HallError("server_unreachable"))
    assert bench.presenter.state.link is Link.LOST


def test_the_servers_clock_counts() -> None:
    bench = Bench()
    slow = bench.clock.now() - timedelta(hours=3)
    bench.presenter = CallerPresenter(bench.hall, InlineJobs(), ManualScheduler(slow), window="w1")
    bench.presenter.handle(SignIn(CHIEF.user, CHIEF.password))
    assert bench.presenter.server_now() == bench.clock.now()
    bench.presenter.close()


def test_a_defect_of_ours_leaves_no_key_waiting(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.open()

    def broken(window: str, key: str = "") -> None:
        raise ZeroDivisionError

    bench.hall.call_next = broken  # type: ignore[method-assign, assignment] # the defect
    bench.presenter.press(Act.NEXT)
    assert bench.presenter.state.pending is None
    assert bench.presenter.state.refused is not None
    assert bench.presenter.state.refused.code == "internal"
    assert "failed" in caplog.text


def test_a_refusal_goes_after_a_while(bench: Bench) -> None:
    bench.open()
    bench.presenter.press(Act.FINISH)
    assert bench.presenter.state.refused is not None
    bench.clock.advance(60.0)
    assert bench.presenter.state.refused is None


def test_without_a_fixed_window_the_clerk_chooses() -> None:
    bench = Bench(window="")
    bench.sign_in(CLERK)
    assert bench.presenter.state.stage is Stage.CHOOSE
    bench.presenter.sit_down("w3")
    assert bench.presenter.state.stage is Stage.WORK
    assert bench.presenter.state.shelf is Shelf.WAITING
    bench.presenter.close()


def test_why_this_visitor_is_told_in_the_servers_words(bench: Bench) -> None:
    bench.take()
    bench.open().presenter.press(Act.NEXT)
    why = bench.presenter.state.why
    assert why is not None
    assert why.reason is not None
    assert why.sentence


def test_every_press_has_a_key_of_its_own(bench: Bench) -> None:
    keys: list[str] = []
    bench.open()
    bench.presenter.press(Act.NEXT)

    def recording(window: str, key: str = "") -> None:
        keys.append(key)

    bench.hall.call_next = recording  # type: ignore[method-assign, assignment] # listens in
    for _ in range(3):
        bench.presenter.press(Act.NEXT)
    assert len(set(keys)) == 3
    assert all(len(key) >= 8 for key in keys)


def test_signing_out_ends_the_session_at_the_hall_too() -> None:
    bench = Bench(window="").sign_in()
    bench.presenter.handle(SignOut())
    assert bench.presenter.state.stage is Stage.SIGN_IN
    with pytest.raises(HallError) as caught:
        bench.hall.call_next("w1")
    assert caught.value.code == "unauthenticated"
