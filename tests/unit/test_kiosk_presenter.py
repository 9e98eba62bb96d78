"""The kiosk without glass: a fake hall, a printer that can fail, time and answers in the test's hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.bodies import TicketState
from contract.client.fake import FakeHall
from contract.errors import HallError
from contract.events import WireEvent
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs, Jobs, log_failure
from hardware.errors import PrinterError
from hardware.ports import HEALTHY, Condition, Health
from hardware.slip import Slip
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.acts import Visitor
from kiosk.presenter import Desks, KioskPresenter
from kiosk.printing import SlipPrinter


class Printer:
    """A TicketPrinter of paper that is only thought of."""

    name = "test printer"

    def __init__(self) -> None:
        self.condition = HEALTHY
        self.fault: Exception | None = None
        self.slips: list[Slip] = []
        self.asked = 0

    def health(self) -> Health:
        self.asked += 1
        return self.condition

    def print_slip(self, slip: Slip) -> None:
        if self.fault is not None:
            raise self.fault
        self.slips.append(slip)

    def close(self) -> None:
        pass


class HeldJobs:
    """Jobs that wait until the test lets them go on."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] = log_failure,
    ) -> None:
        self.waiting.append(lambda: InlineJobs().submit(job, done, failed))

    def release(self) -> None:
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            job()


class Rig:
    def __init__(self, *, asking: Jobs | None = None, departments: tuple[str, ...] = ()) -> None:
        self.scheduler = ManualScheduler()
        self.hall = FakeHall(now=self.scheduler.now)
        self.printer = Printer()
        inline = InlineJobs()
        self.presenter = KioskPresenter(
            self.hall,
            SlipPrinter(self.printer, self.scheduler),
            Desks(asking or inline, inline, inline),
            self.scheduler,
            departments=departments,
        )
        self.presenter.start()

    def walk(self, service: str = "pension", department: str = "social") -> None:
        for touch in (on.TakeNumber(), on.ChooseDepartment(department), on.ChooseService(service), on.Agree()):
            self.presenter.tell(touch)

    @property
    def page(self) -> pages.Page:
        return self.presenter.state.page

    @property
    def events(self) -> list[WireEvent]:
        return list(self.hall.events(0).events)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_whole_walk_prints_and_reports(rig: Rig) -> None:
    rig.walk()
    assert isinstance(rig.page, pages.Result)
    assert [slip.title for slip in rig.printer.slips] == ["A001"]
    assert [event.type for event in rig.events] == ["ticket.issued", "ticket.printed"]
    assert rig.presenter.touch_to_slip_ms is not None
    assert set(rig.presenter.state.world.catalogues) == {"zh-CN", "en"}, "both languages are ready"


def test_double_touch_makes_one_ticket() -> None:
    held = HeldJobs()
    rig = Rig(asking=held)
    rig.walk()
    for _ in range(5):
        rig.presenter.tell(on.Agree())
    held.release()
    assert [event.type for event in rig.events].count("ticket.issued") == 1


def test_a_lost_answer_is_asked_again_with_the_same_key(rig: Rig) -> None:
    rig.hall.lose_next_answer()
    rig.walk()
    assert isinstance(rig.page, pages.Refused)
    rig.presenter.tell(on.Retry())
    assert isinstance(rig.page, pages.Result)
    assert [event.type for event in rig.events].count("ticket.issued") == 1
    assert rig.presenter.state.world.online


def test_paper_out_is_known_before_and_the_number_stays(rig: Rig) -> None:
    rig.printer.condition = Health(Condition.DOWN, "paper_out")
    rig.walk()
    assert isinstance(rig.page, pages.Unprinted)
    assert rig.page.code == "paper_out"
    assert rig.presenter.state.world.printer == "paper_out"
    assert "ticket.printed" not in [event.type for event in rig.events]
    rig.printer.condition = HEALTHY
    rig.scheduler.advance(5)
    rig.presenter.tell(on.Reprint())
    assert isinstance(rig.page, pages.Result)
    assert rig.presenter.state.world.printer == "ok"


def test_a_printer_that_fails_midway_is_no_printed_slip(rig: Rig) -> None:
    rig.printer.fault = PrinterError("not_confirmed")
    rig.walk()
    assert isinstance(rig.page, pages.Unprinted)
    rig.presenter.tell(on.Claim())
    assert [event.type for event in rig.events] == ["ticket.issued", "ticket.printed"], "kept from the screen"


def forgotten_number(rig: Rig) -> str:
    """A number that was shown without paper and left alone."""
    rig.printer.fault = PrinterError("paper_out")
    rig.walk()
    assert isinstance(rig.page, pages.Unprinted)
    rig.scheduler.advance(101)
    assert rig.page == pages.Start()
    return rig.hall.find_ticket("A001").id


def test_a_number_nobody_took_becomes_void_after_its_grace(rig: Rig) -> None:
    ticket_id = forgotten_number(rig)
    rig.scheduler.advance(290)
    assert rig.hall.ticket(ticket_id).state is TicketState.WAITING
    rig.scheduler.advance(11)
    assert rig.hall.ticket(ticket_id).state is TicketState.CANCELLED


def test_a_number_claimed_or_called_within_its_grace_stays(rig: Rig) -> None:
    ticket_id = forgotten_number(rig)
    rig.hall.printed(ticket_id)
    rig.scheduler.advance(400)
    assert rig.hall.ticket(ticket_id).state is TicketState.WAITING


def test_the_printer_is_asked_once_a_ticket(rig: Rig) -> None:
    before = rig.printer.asked
    rig.walk()
    assert rig.printer.asked == before + 1


def test_the_printer_is_looked_after_between_visitors(rig: Rig) -> None:
    rig.printer.condition = Health(Condition.DOWN, "cover_open")
    rig.scheduler.advance(16)
    assert rig.presenter.state.world.printer == "cover_open"


def test_a_low_roll_is_no_reason_to_refuse(rig: Rig) -> None:
    rig.printer.condition = Health(Condition.WARNING, "paper_low")
    rig.walk()
    assert isinstance(rig.page, pages.Result)


def test_offline_and_back(rig: Rig) -> None:
    rig.hall.go_offline()
    rig.scheduler.advance(16)
    assert not rig.presenter.state.world.online
    rig.hall.come_back()
    rig.scheduler.advance(4)
    assert rig.presenter.state.world.online


def test_the_word_that_a_slip_is_out_is_repeated_until_heard(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = rig.hall.printed
    keys: list[str] = []

    def flaky(ticket_id: str, key: str = "") -> object:
        keys.append(key)
        if len(keys) < 3:
            raise HallError("server_unreachable")
        return printed(ticket_id, key)

    monkeypatch.setattr(rig.hall, "printed", flaky)
    rig.walk()
    rig.scheduler.advance(10)
    assert [event.type for event in rig.events] == ["ticket.issued", "ticket.printed"]
    assert len(set(keys)) == 1


def test_a_ticket_nobody_saw_is_withdrawn() -> None:
    held = HeldJobs()
    rig = Rig(asking=held)
    rig.walk()
    rig.scheduler.advance(41)
    rig.presenter.tell(on.StartOver())
    held.release()
    number = "A001"
    assert rig.hall.find_ticket(number).state is TicketState.CANCELLED


def test_person_limit_offers_the_ticket_one_has(rig: Rig) -> None:
    card = on.CardRead("resident", "11010519491231002X", "张三")
    rig.presenter.tell(card)
    for touch in (on.ChooseDepartment("police"), on.ChooseService("passport"), on.Agree(), on.StartOver(), card):
        rig.presenter.tell(touch)
    for again in (on.ChooseDepartment("police"), on.ChooseService("passport"), on.Agree()):
        rig.presenter.tell(again)
    assert rig.page == pages.Duplicate("passport", "D001")
    rig.presenter.tell(on.Reprint())
    assert isinstance(rig.page, pages.Result)
    assert [slip.title for slip in rig.printer.slips] == ["D001", "D001"]


def test_this_terminal_offers_its_departments_only() -> None:
    rig = Rig(departments=("tax",))
    catalogue = rig.presenter.state.catalogue
    assert catalogue is not None
    assert [entry.id for entry in catalogue.departments] == ["tax"]
    assert {entry.department for entry in catalogue.services} == {"tax"}


def test_counts_follow_events_and_snapshots(rig: Rig) -> None:
    rig.hall.subscribe(rig.presenter.freshness.event)
    from contract.bodies import TakeTicket

    rig.hall.take_ticket(TakeTicket(service="pension"))
    service = rig.presenter.state.service("pension")
    assert service is not None
    assert rig.presenter.state.waiting(service) == 1
    rig.presenter.freshness.snapshot(rig.hall.snapshot())
    assert rig.presenter.state.waiting(service) == 1


def test_an_event_that_makes_no_sense_is_skipped(rig: Rig) -> None:
    event = WireEvent(id="1", source="x", type="ticket.called", time=rig.scheduler.now(), sequence=1, data={"a": 1})
    before = rig.presenter.state
    rig.presenter.freshness.event(event)
    rig.presenter.freshness.event(event.model_copy(update={"type": "brand.new"}))
    assert rig.presenter.state == before


def test_after_closing_nothing_happens_any_more(rig: Rig) -> None:
    rig.presenter.close()
    rig.walk()
    rig.scheduler.advance(100)
    assert rig.page == pages.Start()


def answers_of(rig: Rig, act: str, **arguments: object) -> list[dict[str, object]]:
    answers: list[dict[str, object]] = []
    Visitor(rig.presenter, rig.scheduler).acts[act](arguments, lambda reply: answers.append(dict(reply)))
    return answers


def test_rehearsal_takes_a_ticket_by_touches(rig: Rig) -> None:
    (reply,) = answers_of(rig, "take", service="pension", priority="elderly", document=None)
    assert reply["ok"] is True
    assert (reply["number"], reply["printed"]) == ("A001", True)
    assert isinstance(reply["touch_to_slip_ms"], float)
    assert rig.hall.find_ticket("A001").priority_class == "elderly"
    assert isinstance(rig.page, pages.Result), "the number stays on the screen"


def test_rehearsal_with_a_document_and_a_pause(rig: Rig) -> None:
    document = {"kind": "resident", "number": "11010519491231002X", "name": ""}
    held: list[dict[str, object]] = []
    visitor = Visitor(rig.presenter, rig.scheduler)
    visitor.take({"service": "passport", "document": document, "hold_ms": 500}, lambda reply: held.append(dict(reply)))
    assert held == []
    rig.scheduler.advance(0.6)
    assert held[0]["number"] == "D001"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"service": "nonsense"}, "unknown_service"),
        ({"service": "notary"}, "queue_closed"),
        ({"service": "passport"}, "document_required"),
        ({"service": "passport", "document": {"kind": "resident", "number": "110105194912310021"}}, "check_digit"),
    ],
)
def test_rehearsal_says_why_there_is_no_ticket(rig: Rig, arguments: dict[str, object], code: str) -> None:
    rig.hall.close_queue("notary")
    rig.presenter.freshness.refresh("zh-CN")
    (reply,) = answers_of(rig, "take", **arguments)
    assert reply == {"ok": False, "code": code}


def test_rehearsal_waits_for_an_answer_that_takes_its_time() -> None:
    held = HeldJobs()
    rig = Rig(asking=held)
    answers = answers_of(rig, "take", service="pension")
    assert answers == []
    assert answers_of(rig, "take", service="pension") == [{"ok": False, "code": "busy"}]
    held.release()
    rig.scheduler.advance(0)
    assert answers[0]["number"] == "A001"
    assert len(answers) == 1


def test_rehearsal_touches_and_state(rig: Rig) -> None:
    assert answers_of(rig, "touch", what="search") == [{"ok": True, "page": "search"}]
    assert answers_of(rig, "touch", what="type", value="y")[0]["ok"] is True
    assert answers_of(rig, "touch", what="dance") == [{"ok": False, "code": "unknown_touch"}]
    assert answers_of(rig, "state")[0]["page"] == "search"
