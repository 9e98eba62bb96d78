"""What the server says of itself: health, metrics, API documents, and the visitor's page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import httpx
import pytest
from live_hall import LiveServer, live_server

from contract.bodies import Finish, TakeTicket
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.events import EVENT_DATA
from contract.ids import API_PREFIX

PATHS = {
    "/auth/login": "post",
    "/auth/logout": "post",
    "/devices/enrol": "post",
    "/halls/{hall}/catalogue": "get",
    "/halls/{hall}/snapshot": "get",
    "/halls/{hall}/events": "get",
    "/halls/{hall}/tickets": "post",
    "/halls/{hall}/tickets/{ticket}": "get",
    "/halls/{hall}/tickets/{ticket}/why": "get",
    "/halls/{hall}/windows/{window}": "get",
    "/halls/{hall}/announcements": "post",
    "/halls/{hall}/statistics/estimates": "get",
    "/halls/{hall}/config": "get",
    "/halls/{hall}/config/publish": "post",
    **{f"/halls/{{hall}}/tickets/{{ticket}}/{act}": "post" for act in ("printed", "cancel", "requeue", "postpone")},
    "/halls/{hall}/tickets/{ticket}/reinstate": "post",
    **{
        f"/halls/{{hall}}/windows/{{window}}/{act}": "post"
        for act in (
            *("open", "pause", "resume", "close", "call-next", "pick", "call-back", "recall", "start", "finish"),
            *("no-show", "hold", "transfer"),
        )
    },
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server")) as live:
        yield live


def get(server: LiveServer, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.url + path, headers=headers, trust_env=False)


def test_openapi_describes_every_route_and_every_reference_leads_somewhere(server: LiveServer) -> None:
    document = get(server, "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, method in PATHS.items():
        operation = document["paths"][API_PREFIX + path][method]
        assert operation["description"]
        assert "4XX" in operation["responses"]
        if method == "post" and not path.startswith("/auth"):
            assert operation["requestBody"]["content"]["application/json"]["schema"]
            assert any(one["name"] == "Idempotency-Key" for one in operation["parameters"])
        if "{hall}" in path:
            assert operation["security"] == [{"bearer": []}]
            assert any(one["name"] == "hall" for one in operation["parameters"])
    references = set(re.findall(r'"\$ref": ?"#/components/schemas/(\w+)"', get(server, "/openapi.json").text))
    assert {"TakeTicket", "Ticket", "Problem", "HallConfig", "Snapshot"} <= references
    assert references <= set(document["components"]["schemas"])


def test_asyncapi_describes_every_event_and_state(server: LiveServer) -> None:
    document = get(server, "/asyncapi.json").json()
    assert document["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert {f"hall/{{hall}}/events/{name}" for name in EVENT_DATA} <= addresses
    assert {"hall/{hall}/state/windows/{window}", "hall/{hall}/state/queues/{queue}"} <= addresses
    called = document["components"]["messages"]["ticket-called"]
    assert called["payload"]["allOf"][1]["properties"]["data"]["$ref"].endswith("/TicketData")
    references = set(re.findall(r'"\$ref": ?"#/components/schemas/(\w+)"', get(server, "/asyncapi.json").text))
    assert references <= set(document["components"]["schemas"])
    states = document["operations"]["send-window-state"]["bindings"]["mqtt"]
    assert (states["qos"], states["retain"]) == (1, True)


def test_health_tells_the_broker_apart_from_the_server(server: LiveServer) -> None:
    assert get(server, "/health/live").json() == {"status": "live"}
    ready = get(server, "/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "broker": "away", "clock": "ok", "halls": [SAMPLE_HALL.hall.id]}


def test_metrics_count_what_happened_and_name_no_visitor(server: LiveServer) -> None:
    ticket = server.client().take_ticket(TakeTicket(service="pension"))
    get(server, f"/t/{ticket.token}")
    get(server, f"{API_PREFIX}/halls/sample/snapshot")
    text = get(server, "/metrics").text
    assert ticket.token not in text
    assert re.search(r'hallqueue_http_requests_total\{method="POST",route="[^"]*/tickets",status="201"\} [1-9]', text)
    assert 'hallqueue_refusals_total{code="unauthenticated"} ' in text
    assert re.search(r'hallqueue_sequence\{hall="sample"\} [1-9]', text)
    assert "hallqueue_broker_connected 0" in text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) .+|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [0-9.e+-]+', line), line
    buckets = [int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if "_bucket{" in line and "/tickets" in line]
    assert buckets == sorted(buckets)


def page(server: LiveServer, token: str, query: str = "") -> tuple[httpx.Response, str]:
    answer = get(server, f"/t/{token}{query}")
    assert answer.headers["content-type"].startswith("text/html")
    assert "script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer, re.sub(r"<[^>]+>", " ", answer.text.split("</style>")[1])


def test_the_visitors_page_follows_the_ticket(server: LiveServer) -> None:
    hall = server.client()
    body = TakeTicket.model_validate(
        {"service": "id-card", "document": {"kind": "resident", "number": "11010519491231002X", "name": "张小明"}}
    )
    first, second = hall.take_ticket(body), hall.take_ticket(TakeTicket(service="id-card", lang="en"))
    assert first.visitor_url == f"{server.url}/t/{first.token}"
    answer, words = page(server, second.token)
    assert "1 person is ahead of you" in words
    assert second.number in words
    assert 'http-equiv="refresh"' in answer.text
    _, words = page(server, first.token)
    assert "下一位就是您" in words
    assert "示范政务服务大厅" in words
    assert "You are next" in page(server, first.token, "?lang=en")[1]
    assert "张" not in page(server, first.token)[1]
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w4")
    hall.call_next("w4")
    assert "4 号窗口" in page(server, first.token)[1]
    hall.start("w4")
    hall.finish("w4")
    answer, words = page(server, first.token)
    assert "已办结" in words
    assert 'http-equiv="refresh"' not in answer.text


def test_the_visitors_page_shows_the_whole_way(server: LiveServer) -> None:
    hall = server.client()
    ticket = hall.take_ticket(TakeTicket(service="id-card", services=("move",), party=4, lang="en"))
    _, words = page(server, ticket.token)
    assert "4 people" in words
    assert re.search(r"Identity card\s+now\s+Move of household\s+to come", words)
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w4")
    number = ""
    while number != ticket.number:
        called = hall.call_next("w4")
        assert called is not None
        number = called.ticket.number
        hall.start("w4")
        hall.finish("w4")
    answer, words = page(server, ticket.token, "?lang=zh-CN")
    assert "4 人" in words
    assert re.search(r"身份证办理\s+已办\s+户口迁移\s+当前", words)
    assert 'http-equiv="refresh"' in answer.text
    hall.finish("w4", Finish(outcome="refused"))
    assert re.search(r"户口迁移\s+未能办理", page(server, ticket.token, "?lang=zh-CN")[1])


@pytest.mark.parametrize("token", ["no-such-token", "x" * 500, "%3Cscript%3E", "%00"])
def test_unknown_links_say_so(server: LiveServer, token: str) -> None:
    answer, words = page(server, token)
    assert answer.status_code == 404
    assert "没有找到此号票" in words
    english = get(server, f"/t/{token}", **{"Accept-Language": "en-GB"})
    assert "This ticket is not known" in english.text


def test_the_page_is_well_formed(server: LiveServer) -> None:
    ticket = server.client().take_ticket(TakeTicket(service="pension"))
    text = get(server, f"/t/{ticket.token}?lang=%22%3E%3Cscript%3E").text
    body = re.sub(r"<(meta)([^>]*)>", r"<\1\2/>", text.removeprefix("<!doctype html>"))
    assert ET.fromstring(body).tag == "html"
