"""One estimate everywhere: what the kiosk is told, what is kept, and what any screen asks for later are the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_hall import LiveServer, in_database, live_server
from sqlalchemy import text

from contract.bodies import Finish, TakeTicket
from contract.client.sample import CHIEF, CLERK
from contract.errors import HallError


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server")) as live:
        yield live


def test_what_is_told_is_what_is_kept_and_what_everybody_reads(server: LiveServer) -> None:
    hall = server.client()
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    for number in range(6):
        offered = next(one for one in hall.catalogue("en").services if one.id == "pension").estimate
        kind = "elderly" if number == 3 else None
        ticket = hall.take_ticket(TakeTicket(service="pension", priority_class=kind))
        assert ticket.estimate is not None
        assert ticket.estimate.low_minutes < ticket.estimate.high_minutes
        assert hall.ticket(ticket.id).estimate == ticket.estimate
        if kind is None:
            assert ticket.estimate == offered, "the tile on the kiosk"
        if number == 2:
            assert hall.call_next("w1") is not None
    kept = in_database(
        server.settings,
        lambda connection: connection.execute(
            text("SELECT promised_low, promised_high FROM tickets ORDER BY seq DESC LIMIT 1")
        ).one(),
    )
    assert (kept.promised_low, kept.promised_high) == (ticket.estimate.low_minutes, ticket.estimate.high_minutes)


def test_managers_read_how_the_day_s_ranges_came_out(server: LiveServer) -> None:
    hall = server.client()
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    hall.take_ticket(TakeTicket(service="pension"))
    assert hall.call_next("w1") is not None
    hall.start("w1")
    hall.finish("w1", Finish(outcome="done"))
    with pytest.raises(HallError) as refused:
        hall.estimate_grades()
    assert refused.value.code == "forbidden"
    hall.login(CHIEF.user, CHIEF.password)
    grades = hall.estimate_grades(lang="en")
    assert (grades.hall.graded, grades.hall.kept, grades.hall.share_kept) == (1, 1, 1.0)
    assert grades.hall.sentence.startswith("1 of 1 visitor")
    assert sum(one.graded for one in grades.queues) == 1
    with pytest.raises(HallError) as wrong:
        hall._get("/statistics/estimates", type(grades), {"day": "yesterday"})
    assert wrong.value.code == "invalid_field"
