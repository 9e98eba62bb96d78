"""Bytes to a USB slip printer through python-escpos, with endpoints found instead of guessed and bounded waits."""

from __future__ import annotations

import contextlib
from typing import Any

import usb.core
import usb.util

from hardware.errors import LinkError
from hardware.pyescpos import EscposError, Usb

PRINTER_CLASS = 7
CHUNK = 4096
PACKET = 64  # reads ask for whole packets: a shorter buffer than the packet is an overflow error


class UsbTransport:
    """The bulk endpoints of one USB printer, named by vendor and product id.

    `backend` is pyusb's and only given by tests.
    """

    def __init__(self, vendor: int, product: int, backend: Any = None) -> None:
        self._ids = {"idVendor": vendor, "idProduct": product}
        self._backend = backend
        self._printer: Any = None
        self._pending = b""
        self.two_way = True

    def describe(self) -> str:
        return f"usb:{self._ids['idVendor']:04x}:{self._ids['idProduct']:04x}"

    @property
    def is_open(self) -> bool:
        return self._printer is not None

    def open(self) -> None:
        self.close()
        try:
            out, back = self._endpoints()
            printer = Usb(
                usb_args={**self._ids, **({"backend": self._backend} if self._backend else {})},
                in_ep=back,
                out_ep=out,
            )
            printer.open()
        except (EscposError, usb.core.USBError, usb.core.NoBackendError, ValueError) as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault
        self._printer = printer

    def _endpoints(self) -> tuple[int, int]:
        """Addresses of the printer interface's bulk pair; vendors number them as they like."""
        device = usb.core.find(backend=self._backend, **self._ids)
        if device is None:
            raise LinkError(f"{self.describe()}: not plugged in")
        out = back = 0
        for interface in self._interfaces(device):
            for endpoint in interface:
                if usb.util.endpoint_type(endpoint.bmAttributes) != usb.util.ENDPOINT_TYPE_BULK:
                    continue
                address = int(endpoint.bEndpointAddress)
                if usb.util.endpoint_direction(address) == usb.util.ENDPOINT_IN:
                    back = back or address
                else:
                    out = out or address
        usb.util.dispose_resources(device)
        if not out:
            raise LinkError(f"{self.describe()}: has no bulk endpoint to print to")
        self.two_way = bool(back)
        return out, back

    @staticmethod
    def _interfaces(device: Any) -> list[Any]:
        found = [interface for configuration in device for interface in configuration]
        printers = [interface for interface in found if interface.bInterfaceClass == PRINTER_CLASS]
        return printers[:1] or found[:1]

    def write(self, data: bytes, timeout: float) -> None:
        printer = self._opened()
        try:
            for start in range(0, len(data), CHUNK):
                part = data[start : start + CHUNK]
                taken = printer.device.write(printer.out_ep, part, round(timeout * 1000))
                if taken != len(part):
                    raise LinkError(f"{self.describe()}: took {taken} of {len(part)} bytes")
        except usb.core.USBError as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault

    def read(self, size: int, timeout: float) -> bytes:
        printer = self._opened()
        if not self._pending and printer.in_ep:
            self._pending = self._packet(printer, timeout)
        part, self._pending = self._pending[:size], self._pending[size:]
        return part

    def _packet(self, printer: Any, timeout: float) -> bytes:
        milliseconds = max(1, round(timeout * 1000))  # libusb takes 0 for "for ever"
        try:
            return bytes(printer.device.read(printer.in_ep, PACKET, milliseconds))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault

    def close(self) -> None:
        printer, self._printer = self._printer, None
        self._pending = b""
        if printer is not None:
            with contextlib.suppress(usb.core.USBError):
                printer.close()

    def _opened(self) -> Any:
        if self._printer is None:
            raise LinkError(f"{self.describe()}: not open")
        return self._printer
