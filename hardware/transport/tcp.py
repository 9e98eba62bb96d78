"""Bytes over the network to a slip printer, through python-escpos's own connection with every wait bounded."""

from __future__ import annotations

import select
import socket

from escpos.exceptions import Error as EscposError
from escpos.printer import Network

from hardware.errors import LinkError


class TcpTransport:
    """One TCP connection, usually port 9100; IPv4, as python-escpos has it."""

    two_way = True

    def __init__(self, host: str, port: int, connect_timeout: float = 2.0) -> None:
        self._where = f"{host}:{port}"
        self._network = Network(host, port, timeout=connect_timeout)
        self._connect_timeout = connect_timeout
        self._open = False

    def describe(self) -> str:
        return self._where

    @property
    def is_open(self) -> bool:
        return self._open

    def open(self) -> None:
        self.close()
        try:
            self._network.open()
        except (EscposError, OSError, UnicodeError) as fault:
            raise LinkError(f"{self._where}: {fault}") from fault
        self._open = True

    def write(self, data: bytes, timeout: float) -> None:
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(data)
        except OSError as fault:
            raise LinkError(f"{self._where}: {fault}") from fault

    def read(self, size: int, timeout: float) -> bytes:
        try:
            ready, _, _ = select.select([self._socket], [], [], timeout)
            if not ready:
                return b""
            data: bytes = self._socket.recv(size)
        except (OSError, ValueError) as fault:
            raise LinkError(f"{self._where}: {fault}") from fault
        if not data:
            raise LinkError(f"{self._where}: the device closed the connection")
        return data

    def close(self) -> None:
        self._open = False
        self._network.close()

    @property
    def _socket(self) -> socket.socket:
        if not self._open:
            raise LinkError(f"{self._where}: not open")
        connection: socket.socket = self._network.device
        return connection
