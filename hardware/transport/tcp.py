"""Bytes over the network with every wait bounded; python-escpos's own class leaks a socket on each refused connect."""

from __future__ import annotations

import contextlib
import select
import socket

from hardware.errors import LinkError


class TcpTransport:
    """One TCP connection, for slip printers usually to port 9100.

    A `host` that is a name is looked up by the system, whose resolver keeps its own time; prefer addresses.
    """

    two_way = True

    def __init__(self, host: str, port: int, connect_timeout: float = 2.0) -> None:
        self._address = (host, port)
        self._connect_timeout = connect_timeout
        self._socket: socket.socket | None = None

    def describe(self) -> str:
        return "{}:{}".format(*self._address)

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        self.close()
        try:
            connection = socket.create_connection(self._address, self._connect_timeout)
        except (OSError, UnicodeError) as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection

    def write(self, data: bytes, timeout: float) -> None:
        connection = self._opened()
        try:
            connection.settimeout(timeout)
            connection.sendall(data)
        except OSError as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault

    def read(self, size: int, timeout: float) -> bytes:
        connection = self._opened()
        try:
            ready, _, _ = select.select([connection], [], [], timeout)
            if not ready:
                return b""
            data = connection.recv(size)
        except (OSError, ValueError) as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault
        if not data:
            raise LinkError(f"{self.describe()}: the device closed the connection")
        return data

    def close(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise LinkError(f"{self.describe()}: not open")
        return self._socket
