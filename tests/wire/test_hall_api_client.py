"""HallClient on a server that misbehaves: retries carry one key, refusals keep their code, versions count."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from contract.bodies import TakeTicket
from contract.client.fake import FakeHall
from contract.client.http import HallClient
from contract.errors import HallError

Answer = tuple[int, bytes]


class Scripted:
    """A server that gives the answers it was told, one after another, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                scripted.asked.append((self.command, self.path, dict(self.headers), body))
                answer = scripted.answers.pop(0)
                if answer is None:
                    self.close_connection = True
                    return
                status, content = answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for _, _, headers, _ in self.asked]


@pytest.fixture
def server() -> Iterator[Scripted]:
    made = Scripted()
    yield made
    made.close()


@pytest.fixture
def client(server: Scripted) -> Iterator[HallClient]:
    made = HallClient(server.url, "sample", "device-token", timeout=5.0, attempts=3)
    yield made
    made.close()


def ticket(**more: object) -> Answer:
    taken = FakeHall().take_ticket(TakeTicket(service="pension"))
    return 201, json.dumps({**taken.model_dump(mode="json"), **more}).encode()


def problem(status: int, code: str, **params: object) -> Answer:
    document = {"type": f"urn:x:{code}", "title": code, "status": status, "detail": "d", "code": code, "params": params}
    return status, json.dumps(document).encode()


def test_a_busy_server_is_asked_again_with_the_same_key(server: Scripted, client: HallClient) -> None:
    server.answers = [problem(503, "busy"), problem(503, "busy"), ticket()]
    assert client.take_ticket(TakeTicket(service="pension")).number == "A001"
    assert len(server.keys()) == 3
    assert len(set(server.keys())) == 1


def test_a_connection_that_breaks_is_tried_again_with_the_same_key(server: Scripted, client: HallClient) -> None:
    server.answers = [None, ticket()]
    assert client.take_ticket(TakeTicket(service="pension"), "the-key-of-the-touch").number == "A001"
    assert server.keys() == ["the-key-of-the-touch"] * 2


def test_two_commands_have_two_keys(server: Scripted, client: HallClient) -> None:
    server.answers = [ticket(), ticket()]
    client.take_ticket(TakeTicket(service="pension"))
    client.take_ticket(TakeTicket(service="pension"))
    assert len(set(server.keys())) == 2


def test_a_refusal_keeps_code_and_parameters_and_is_not_repeated(server: Scripted, client: HallClient) -> None:
    server.answers = [problem(409, "person_limit", number="A007")]
    with pytest.raises(HallError) as caught:
        client.take_ticket(TakeTicket(service="pension"))
    assert (caught.value.code, caught.value.params, caught.value.status) == ("person_limit", {"number": "A007"}, 409)
    assert len(server.asked) == 1


def test_a_code_of_a_newer_server_is_kept(server: Scripted, client: HallClient) -> None:
    server.answers = [problem(409, "brand_new")]
    with pytest.raises(HallError) as caught:
        client.snapshot()
    assert caught.value.code == "brand_new"


def test_an_error_page_of_something_between_is_an_unreachable_server(server: Scripted, client: HallClient) -> None:
    server.answers = [(404, b"<html>not here</html>")]
    with pytest.raises(HallError) as caught:
        client.snapshot()
    assert caught.value.code == "server_unreachable"


def test_nobody_listening_is_an_unreachable_server() -> None:
    client = HallClient("http://127.0.0.1:9", "sample", timeout=1.0, attempts=1)
    with pytest.raises(HallError) as caught:
        client.snapshot()
    assert caught.value.code == "server_unreachable"
    client.close()


def test_what_a_newer_server_adds_is_skipped(server: Scripted, client: HallClient) -> None:
    server.answers = [ticket(mood="sunny")]
    assert client.take_ticket(TakeTicket(service="pension")).number == "A001"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda body: {**body, "contract": 2}, "another major version"),
        (lambda body: {name: value for name, value in body.items() if name != "seq"}, "a body without what is needed"),
    ],
)
def test_a_server_that_speaks_otherwise_is_refused(
    server: Scripted, client: HallClient, change: Callable[[dict[str, object]], dict[str, object]], why: str
) -> None:
    body = FakeHall().snapshot().model_dump(mode="json")
    server.answers = [(200, json.dumps(change(body)).encode())]
    with pytest.raises(HallError) as caught:
        client.snapshot()
    assert caught.value.code == "incompatible_server", why


def test_signing_in_replaces_the_devices_token(server: Scripted, client: HallClient) -> None:
    token = FakeHall().login("wang", "wang-and-1")
    server.answers = [(200, token.model_dump_json().encode()), ticket()]
    client.login("wang", "wang-and-1")
    client.take_ticket(TakeTicket(service="pension"))
    assert [headers["Authorization"] for _, _, headers, _ in server.asked] == [
        "Bearer device-token",
        f"Bearer {token.token}",
    ]


def test_signing_out_brings_the_devices_token_back_even_when_the_server_is_away(
    server: Scripted, client: HallClient
) -> None:
    token = FakeHall().login("wang", "wang-and-1")
    server.answers = [(200, token.model_dump_json().encode()), problem(401, "unauthenticated"), ticket()]
    client.login("wang", "wang-and-1")
    with pytest.raises(HallError):
        client.logout()
    client.take_ticket(TakeTicket(service="pension"))
    assert [headers["Authorization"] for _, _, headers, _ in server.asked] == [
        "Bearer device-token",
        f"Bearer {token.token}",
        "Bearer device-token",
    ]


def test_nothing_to_call_is_no_body(server: Scripted, client: HallClient) -> None:
    server.answers = [(204, b"")]
    assert client.call_next("w1") is None


def test_a_document_number_is_never_in_an_address(server: Scripted, client: HallClient) -> None:
    from contract.bodies import Document

    server.answers = [ticket()]
    client.take_ticket(TakeTicket(service="pension", document=Document(kind="resident", number="11010519491231002X")))
    assert all("11010519491231002X" not in path for _, path, _, _ in server.asked)
