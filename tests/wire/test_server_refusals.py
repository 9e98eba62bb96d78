"""Bad input to the real server: every answer is a problem document with a stable code, and nothing is changed."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from live_hall import LiveServer, live_server

from contract.bodies import Problem, TakeTicket
from contract.client.sample import CHIEF, CLERK
from contract.errors import PROBLEM_MEDIA_TYPE, PROBLEM_TYPE_BASE, REFUSALS
from contract.ids import API_PREFIX

TICKETS = "/halls/sample/tickets"
KEY = {"Idempotency-Key": "one-intention"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server")) as live:
        yield live


@pytest.fixture
def http(server: LiveServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


def post(http: httpx.Client, path: str, body: Any = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return http.post(API_PREFIX + path, content=content, headers={**KEY, **headers})


def problem(answer: httpx.Response, code: str) -> Problem:
    """The answer is exactly this refusal, told as the contract says."""
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    told = Problem.model_validate_json(answer.content)
    assert told.code == code
    assert told.type == PROBLEM_TYPE_BASE + code
    assert answer.status_code == told.status == REFUSALS[code].status
    assert "{" not in told.detail
    return told


def last(http: httpx.Client) -> int:
    found: int = http.get(API_PREFIX + "/halls/sample/events").json()["last"]
    return found


# ------------------------------------------------------------------------------------------------ the request itself


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"service": "pension"',
        b"\xff\xfe",
        b'{"service": "pension"} and more',
        b"[" * 100_0 + b"]" * 1_000,
        b'{"service": "\\ud800"}',
        b"null null",
    ],
)
def test_what_is_not_json_is_malformed(http: httpx.Client, body: bytes) -> None:
    before = last(http)
    answer = post(http, TICKETS, body)
    assert Problem.model_validate_json(answer.content).code in {"malformed", "invalid_field"}
    assert answer.status_code in {400, 422}
    assert last(http) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "service"),
        ({"service": 3}, "service"),
        ({"service": "../etc"}, "service"),
        ({"service": "pension", "surprise": 1}, "surprise"),
        ({"service": "pension", "channel": "pigeon"}, "channel"),
        ({"service": "pension", "phone": "not a phone"}, "phone"),
        ({"service": "pension", "document": {"kind": "resident", "number": "1"}}, "document.number"),
        ({"service": "pension", "lang": "x" * 99}, "lang"),
    ],
)
def test_a_wrong_entry_is_named(http: httpx.Client, body: dict[str, Any], field: str) -> None:
    before = last(http)
    told = problem(post(http, TICKETS, body), "invalid_field")
    assert told.field == field
    assert field in told.detail
    assert last(http) == before


def test_a_refused_document_number_is_not_repeated(http: httpx.Client) -> None:
    number = "secret-" + "9" * 60
    answer = post(http, TICKETS, {"service": "passport", "document": {"kind": "resident", "number": number}})
    problem(answer, "invalid_field")
    assert number not in answer.text


def test_a_body_that_is_no_object_is_named_body(http: httpx.Client) -> None:
    assert problem(post(http, TICKETS, b"[]"), "invalid_field").field == "body"


def test_ten_megabytes_are_refused_before_they_are_read(server: LiveServer) -> None:
    head = (
        f"POST {API_PREFIX}{TICKETS} HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer {server.token}\r\n"
        f"Idempotency-Key: one-intention\r\nContent-Length: {10 * 1024 * 1024}\r\n\r\n"
    )
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode() + b"{" * 1000)
        answer = line.recv(65536).decode()
        while '"params"' not in answer:
            more = line.recv(65536).decode()
            assert more
            answer += more
    assert answer.startswith("HTTP/1.1 413")
    assert '"too_large"' in answer


def test_ten_megabytes_from_an_ordinary_client(http: httpx.Client) -> None:
    before = last(http)
    problem(post(http, TICKETS, b'{"service":"' + b"x" * 10 * 1024 * 1024 + b'"}'), "too_large")
    assert last(http) == before


def test_a_long_body_in_pieces_is_refused_too(http: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    answer = http.post(API_PREFIX + TICKETS, content=pieces(), headers=KEY)
    problem(answer, "too_large")


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with a space", "schlüssel-1"])
def test_a_command_needs_a_key(http: httpx.Client, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode())] if key else []
    answer = http.post(API_PREFIX + TICKETS, content=b'{"service":"pension"}', headers=headers)
    problem(answer, "missing_key")


def test_nothing_there_and_wrong_method(http: httpx.Client) -> None:
    problem(http.get("/no/such/address"), "not_found")
    problem(http.get(API_PREFIX + "/halls/sample/no-such"), "not_found")
    problem(http.delete(API_PREFIX + TICKETS), "method_not_allowed")
    assert http.delete(API_PREFIX + "/halls/sample/snapshot").headers["allow"] == "GET"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=100000", f"after={10**30}"])
def test_a_wrong_query_is_named(http: httpx.Client, query: str) -> None:
    told = problem(http.get(f"{API_PREFIX}/halls/sample/events?{query}"), "invalid_field")
    assert told.field == query.split("=", maxsplit=1)[0]


# ------------------------------------------------------------------------------------------------ who asks


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer schlüssel"])
def test_without_a_good_token_nothing_is_answered(server: LiveServer, header: str) -> None:
    headers = [(b"Authorization", header.encode())] if header else []
    for path in ("/snapshot", "/events", "/catalogue", "/tickets?number=A001", "/windows/w1"):
        answer = httpx.get(f"{server.url}{API_PREFIX}/halls/sample{path}", headers=headers, trust_env=False)
        problem(answer, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_every_role_has_its_limits(server: LiveServer) -> None:
    def refused(token: str, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        answer = httpx.request(
            method,
            f"{server.url}{API_PREFIX}/halls/sample{path}",
            headers={"Authorization": f"Bearer {token}", **KEY},
            json=body if method == "POST" else None,
            trust_env=False,
        )
        problem(answer, "forbidden")

    display = server.device("display-a", "display")
    kiosk = server.device("kiosk-a", "kiosk")
    caller = server.device("caller-a", "caller")
    clerk = server.client().login(CLERK.user, CLERK.password).token
    for token in (display, caller):
        refused(token, "POST", "/tickets", {"service": "pension"})
    for token in (display, kiosk, caller):
        refused(token, "POST", "/windows/w1/call-next")
        refused(token, "POST", "/windows/w1/open")
        refused(token, "POST", "/announcements", {"text": "hello"})
        refused(token, "GET", "/tickets/01/why")
    refused(display, "GET", "/windows/w1")
    refused(clerk, "POST", "/windows/w1/pick", {"ticket": "01", "reason": "x"})
    refused(clerk, "GET", "/config")
    refused(clerk, "POST", "/config/publish", {})


def test_another_hall_is_none_of_ones_business(server: LiveServer, http: httpx.Client) -> None:
    problem(http.get(API_PREFIX + "/halls/no-such-hall/snapshot"), "unknown_hall")
    problem(post(http, "/halls/no-such-hall/tickets", {"service": "pension"}), "unknown_hall")
    problem(post(http, "/halls/" + "x" * 5000 + "/tickets", {"service": "pension"}), "unknown_hall")


# ------------------------------------------------------------------------------------------------ unknown things


@pytest.mark.parametrize("ticket", ["01", "x" * 3000, "..%2f", "%00", "票"])
def test_ids_that_cannot_be_tickets(server: LiveServer, http: httpx.Client, ticket: str) -> None:
    problem(http.get(f"{API_PREFIX}{TICKETS}/{ticket}"), "unknown_ticket" if "%2f" not in ticket else "not_found")
    if "%2f" not in ticket:
        problem(post(http, f"{TICKETS}/{ticket}/cancel"), "unknown_ticket")


@pytest.mark.parametrize("question", ["", "?number=", "?number=%20"])
def test_looking_for_a_ticket_needs_its_number(http: httpx.Client, question: str) -> None:
    told = problem(http.get(f"{API_PREFIX}{TICKETS}{question}"), "invalid_field")
    assert told.field == "number"


@pytest.mark.parametrize("number", ["Z999", "A'; drop", "x" * 4000, "%00"])
def test_numbers_nobody_has(http: httpx.Client, number: str) -> None:
    problem(http.get(f"{API_PREFIX}{TICKETS}?number={number}"), "unknown_ticket")


def test_windows_that_are_not_there(server: LiveServer) -> None:
    clerk = server.client().login(CLERK.user, CLERK.password).token
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {clerk}"}, trust_env=False) as http:
        for window in ("no-such-window", "x" * 3000, "%E7%AA%97"):
            for act in (
                "open",
                "pause",
                "resume",
                "close",
                "call-next",
                "recall",
                "start",
                "finish",
                "no-show",
                "hold",
            ):
                problem(post(http, f"/halls/sample/windows/{window}/{act}"), "unknown_window")


# ------------------------------------------------------------------------------------------------ said right


def test_replays_after_other_commands_still_get_the_first_answer(server: LiveServer) -> None:
    hall = server.client()
    first = hall.take_ticket(TakeTicket(service="invoices"), "replayed-key")
    hall.cancel(first.id)
    again = hall.take_ticket(TakeTicket(service="invoices"), "replayed-key")
    assert again == first


def test_what_a_kiosk_and_a_clerk_may_see_of_a_person(server: LiveServer) -> None:
    kiosk, desk = server.client(), server.client()
    body = TakeTicket.model_validate(
        {
            "service": "pension",
            "phone": "+86 138 0013 8000",
            "document": {"kind": "resident", "number": "11010519491231002X", "name": "欧阳 小明"},
        }
    )
    given = kiosk.take_ticket(body)
    assert (given.person, given.document) == ("", "")
    assert given.token
    desk.login(CHIEF.user, CHIEF.password)
    seen = desk.ticket(given.id)
    assert (seen.person, seen.document) == ("欧* 小*", "110***********002X")
    screen = server.client(server.device("display-b", "display")).ticket(given.id)
    assert (screen.person, screen.document, screen.token, screen.visitor_url) == ("", "", "", "")
    stored = b"".join(path.read_bytes() for path in Path(server.settings.data_dir).glob("hall.db*"))
    for secret in ("11010519491231002X", "小明", "13800138000"):
        assert secret.encode() not in stored


def test_every_refusal_the_server_names_is_in_the_contract() -> None:
    root = Path(__file__).parents[2] / "queueserver"
    named = set()
    for path in root.rglob("*.py"):
        text = path.read_text()
        named.update(re.findall(r'(?:DomainError|StorageError|MalformedBodyError|problem_response)\(\s*"(\w+)"', text))
    assert len(named) > 30
    assert named <= set(REFUSALS)
