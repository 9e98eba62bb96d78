"""Statistics over HTTP: who may ask, what a short day adds up to, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from live_hall import LiveServer, live_server

from contract.bodies import Cancel, TakeTicket
from contract.client.sample import CHIEF, CLERK, SAMPLE_HALL
from contract.errors import HallError
from contract.ids import API_PREFIX
from contract.statistics import GroupBy
from queueserver.reports import MOST_DAYS

BASE = f"{API_PREFIX}/halls/{SAMPLE_HALL.hall.id}/statistics"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Three came to two queues; one was served, one is still waiting, one left."""
    with live_server(tmp_path_factory.mktemp("server")) as live:
        kiosk, clerk = live.client(), live.client("")
        clerk.login(CLERK.user, CLERK.password)
        kiosk.take_ticket(TakeTicket(service="pension", channel="kiosk"))
        kiosk.take_ticket(TakeTicket(service="pension", channel="kiosk"))
        left = kiosk.take_ticket(TakeTicket(service="invoices", channel="kiosk"))
        kiosk.cancel(left.id, Cancel(walkout=True))
        clerk.open_window("w1")
        clerk.call_next("w1")
        clerk.start("w1")
        clerk.finish("w1")
        yield live


def ask(server: LiveServer, path: str, user: str = CHIEF.user, password: str = CHIEF.password) -> httpx.Response:
    token = server.client("").login(user, password).token
    return httpx.get(f"{server.url}{BASE}{path}", headers={"Authorization": f"Bearer {token}"}, trust_env=False)


def counts(row: dict[str, Any]) -> dict[str, int]:
    """Without the grades of promised ranges, which have tests of their own."""
    return {measure: n for measure, n in row["counts"].items() if not measure.startswith("promise_")}


def rows(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {row["key"]: row for row in answer.json()["rows"]}


def test_the_day_that_runs_by_queue(server: LiveServer) -> None:
    answer = ask(server, "/day?lang=en")
    by_queue = rows(answer)
    assert by_queue["social"]["label"] == "Social insurance"
    assert counts(by_queue["social"]) == {"arrived": 2, "called": 1, "waiting": 1, "way": 1, "service": 1}
    assert counts(by_queue["tax"]) == {"arrived": 1, "walked_out": 1}
    total = answer.json()["total"]
    assert total["counts"]["arrived"] == 3
    for duration in ("waiting", "way", "service"):
        assert total[duration]["count"] == 1
        assert total[duration]["mean_seconds"] is not None
        assert total[duration]["p90_seconds"] <= 16, "within seconds of a test"


def test_a_window_is_counted_where_one_is_concerned_and_the_total_is_everything(server: LiveServer) -> None:
    answer = ask(server, "/day?by=window")
    assert counts(rows(answer)["w1"]) == {"called": 1, "waiting": 1, "way": 1, "service": 1}
    assert answer.json()["total"]["counts"]["arrived"] == 3


@pytest.mark.parametrize("by", ["queue", "service", "class", "window", "staff", "hour", "day", "month"])
def test_every_grouping_adds_up(server: LiveServer, by: str) -> None:
    answer = ask(server, f"/day?by={by}")
    found = rows(answer)
    assert sum(row["service"]["count"] for row in found.values()) == answer.json()["total"]["service"]["count"] == 1


def test_a_range_of_days(server: LiveServer) -> None:
    day = ask(server, "/day").json()["first"]
    answer = ask(server, f"/range?from={day}&to={day}")
    assert list(rows(answer)) == [day]
    assert ask(server, "/range?from=2020-01-01&to=2020-01-31").json()["rows"] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/day?day=today", "day"),
        ("/day?by=weather", "by"),
        ("/range?to=2026-01-01", "from"),
        ("/range?from=2026-01-02&to=2026-01-01", "to"),
        ("/range?from=2020-01-01&to=2026-01-01", "to"),
    ],
)
def test_what_cannot_be_asked(server: LiveServer, path: str, field: str) -> None:
    answer = ask(server, path)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_field", field)
    assert MOST_DAYS == 400


def test_a_clerk_may_not_ask(server: LiveServer) -> None:
    for path in ("/day", "/range?from=2026-01-01&to=2026-01-01", "/definitions"):
        assert ask(server, path, CLERK.user, CLERK.password).json()["code"] == "forbidden"


def test_what_each_measure_means(server: LiveServer) -> None:
    told = {one["measure"]: one for one in ask(server, "/definitions").json()["definitions"]}
    assert told["way"]["name"] == "到位"
    assert "first call" in ask(server, "/definitions?lang=en").text


def test_the_client_asks_for_a_day_for_several_and_for_what_they_mean(server: LiveServer) -> None:
    chief = server.client("")
    chief.login(CHIEF.user, CHIEF.password)
    day = chief.statistics(by=GroupBy.WINDOW, lang="en")
    assert day.rows[0].key == "w1"
    assert day.rows[0].counts["called"] == 1
    assert (day.first, day.last) == (day.first, day.first)
    several = chief.statistics_range(day.first, day.first, GroupBy.MONTH)
    assert several.total == day.total
    assert chief.statistics(day.first).by is GroupBy.QUEUE
    assert "window_idle" in {one.measure for one in chief.definitions("en").definitions}
    with pytest.raises(HallError) as refused:
        chief.statistics_range(day.first, day.first - timedelta(days=1))
    assert refused.value.code == "invalid_field"


def test_a_window_s_hours_stand_beside_its_durations(server: LiveServer) -> None:
    clerk, chief = server.client(""), server.client("")
    clerk.login(CLERK.user, CLERK.password)
    chief.login(CHIEF.user, CHIEF.password)
    clerk.pause_window("w1", "tea")
    try:
        hours = next(row.windows for row in chief.statistics(by=GroupBy.WINDOW).rows if row.key == "w1")
        assert hours.open_seconds >= hours.idle_seconds >= 0
        assert chief.statistics().total.windows == hours, "one window, and what has no queue is in the total"
    finally:
        clerk.resume_window("w1")
