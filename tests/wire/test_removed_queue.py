"""A queue is taken out of the configuration while people wait in it: every face answers, and nobody is lost."""

from __future__ import annotations

from pathlib import Path

import httpx
from live_hall import LiveServer, in_database, live_server

from contract.bodies import Cancel, TakeTicket, TicketState
from contract.client.sample import CHIEF, SAMPLE_HALL
from contract.config import HallConfig
from contract.days import VoidTickets
from contract.errors import HallError
from queueserver.clock import SystemClock, Ulids
from queueserver.hallfile.reading import findings_in
from queueserver.store import publishing

GONE = "tax"


def without_the_queue() -> HallConfig:
    windows = tuple(
        window.model_copy(update={"serves": tuple(queue for queue in window.serves if queue != GONE)})
        for window in SAMPLE_HALL.windows
    )
    return SAMPLE_HALL.model_copy(
        update={
            "queues": tuple(queue for queue in SAMPLE_HALL.queues if queue.id != GONE),
            "services": tuple(service for service in SAMPLE_HALL.services if service.queue != GONE),
            "windows": windows,
        }
    )


def publish(live: LiveServer, config: HallConfig) -> None:
    assert not [finding for finding in findings_in(config) if finding.is_error]
    clock = SystemClock()
    in_database(
        live.settings,
        lambda connection: publishing.publish(
            connection, SAMPLE_HALL.hall.id, config, clock.now(), Ulids(clock)(), by="zhao", note="", expected=None
        ),
    )


def test_who_waits_in_a_queue_that_is_no_more(tmp_path: Path) -> None:
    with live_server(tmp_path) as live:
        hall = live.client()
        first, second, third = (hall.take_ticket(TakeTicket(service="invoices")) for _ in range(3))
        several = hall.take_ticket(TakeTicket(service="pension", services=("invoices",)))
        hall.login(CHIEF.user, CHIEF.password)
        hall.open_window("w2")
        hall.pick("w2", first.id, "to be there when it happens")
        publish(live, without_the_queue())

        assert hall.ticket(second.id).state is TicketState.WAITING
        assert hall.find_ticket(second.number).position == 0
        assert httpx.get(f"{live.url}/t/{second.token}").status_code == 200
        assert hall.snapshot().windows[1].ticket is not None
        assert [call.number for call in (hall.window("w2").current,) if call] == [first.number]
        assert "invoices" not in {service.id for service in hall.catalogue("en").services}

        hall.start("w2")
        assert hall.finish("w2").state is TicketState.FINISHED
        called = hall.call_next("w2")
        assert called is not None
        assert called.ticket.number == several.number
        hall.start("w2")
        assert hall.finish("w2").state is TicketState.FINISHED
        assert [(stop.service, stop.reason) for stop in hall.ticket(several.id).stops if stop.reason] == [
            ("invoices", "not_offered")
        ]

        assert hall.call_next("w2") is None
        assert refusal(hall.pick, "w2", second.id, "he asks") == "not_served_here"
        assert hall.requeue(second.id).state is TicketState.WAITING
        assert hall.cancel(second.id, Cancel()).state is TicketState.CANCELLED
        report = hall.void_tickets(VoidTickets(numbers=(third.number,), reason="the queue is no more"))
        assert [hit.number for hit in report.tickets] == [third.number]
        page = hall.events(0)
        assert [event.sequence for event in page.events] == list(range(1, page.last + 1))


def refusal(act: object, *arguments: object) -> str:
    try:
        act(*arguments)  # type: ignore[operator] # a method of HallClient
    except HallError as error:
        return error.code
    return ""
