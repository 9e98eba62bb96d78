"""Kept connections against a server of bare sockets: used again, replaced when gone, never hung on half an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from contract.client import connections
from contract.client.connections import ConnectionFailed, Connections

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
HALF = GOOD.replace(b"Length: 2", b"Length: 99")


class Sockets:
    """Each connection gets its own list of answers, one a request, and is closed without a word after the last."""

    def __init__(self, *answers: list[bytes]) -> None:
        self.heard: list[bytes] = []
        self.closed = [threading.Event() for _ in answers]
        self._answers = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answers, closed in zip(self._answers, self.closed, strict=True):
            connection, _ = self._listening.accept()
            with connection:
                for answer in answers:
                    request = connection.recv(65536)
                    if not request:
                        break
                    self.heard.append(request)
                    connection.sendall(answer)
            closed.set()

    def close(self) -> None:
        self._thread.join(10)
        self._listening.close()


@pytest.fixture
def serve() -> Iterator[type[Sockets]]:
    made: list[Sockets] = []

    class Kept(Sockets):
        def __init__(self, *answers: list[bytes]) -> None:
            super().__init__(*answers)
            made.append(self)

    yield Kept
    for server in made:
        server.close()


def ask(to: Connections, path: str = "/x") -> bytes:
    return to.ask("GET", path, None, None, {}).content


def test_a_connection_is_used_again(serve: type[Sockets]) -> None:
    server = serve([GOOD, GOOD, LAST])
    to = Connections(server.url, 5.0)
    assert [ask(to) for _ in range(3)] == [b"ok"] * 3
    to.close()


def test_one_that_the_server_closed_meanwhile_is_replaced_before_anything_is_sent(serve: type[Sockets]) -> None:
    server = serve([GOOD], [GOOD])
    to = Connections(server.url, 5.0)
    assert ask(to) == b"ok"
    assert server.closed[0].wait(5)
    assert ask(to) == b"ok"
    to.close()


def test_one_that_was_idle_for_long_is_not_trusted(serve: type[Sockets], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_KEPT_SECONDS", 0.0)
    server = serve([GOOD, HALF], [GOOD])
    to = Connections(server.url, 5.0)
    assert [ask(to), ask(to)] == [b"ok"] * 2
    to.close()


def test_half_an_answer_is_none(serve: type[Sockets]) -> None:
    server = serve([HALF])
    to = Connections(server.url, 5.0)
    with pytest.raises(ConnectionFailed, match="IncompleteRead"):
        ask(to)
    to.close()


def test_silence_ends_after_the_timeout(serve: type[Sockets]) -> None:
    server = serve([b"HTTP/1.1"], [GOOD])
    to = Connections(server.url, 0.3)
    with pytest.raises(ConnectionFailed):
        ask(to)
    assert ask(to) == b"ok"
    to.close()


def test_two_threads_have_two_connections(serve: type[Sockets]) -> None:
    server = serve([GOOD], [GOOD])
    to = Connections(server.url, 5.0)
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(to))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [b"ok"] * 2
    to.close()


def test_what_is_asked_stands_in_the_first_line_in_ascii(serve: type[Sockets]) -> None:
    server = serve([LAST])
    to = Connections(server.url + "/queue", 5.0)
    to.ask("GET", "/windows/三 号?", {"number": "A 001&x"}, None, {"Authorization": "Bearer t"})
    first, *headers = server.heard[0].decode("ascii").split("\r\n")
    assert first == "GET /queue/windows/%E4%B8%89%20%E5%8F%B7%3F?number=A+001%26x HTTP/1.1"
    assert "Authorization: Bearer t" in headers
    to.close()


@pytest.mark.parametrize("server", ["", "nonsense", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://"])
def test_an_address_that_cannot_be_one_is_an_answer_that_does_not_come(server: str) -> None:
    with pytest.raises(ConnectionFailed):
        ask(Connections(server, 1.0))


def test_tls_is_spoken_to_https_only(serve: type[Sockets]) -> None:
    server = serve([b"this is no TLS at all\r\n\r\n"])
    with pytest.raises(ConnectionFailed, match="SSL"):
        ask(Connections(server.url.replace("http:", "https:"), 5.0))
    assert server.heard[0][:1] == b"\x16", "a TLS handshake"
