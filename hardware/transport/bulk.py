"""Bytes over the bulk endpoints of a USB device that has no class of its own, such as an identity card reader."""

from __future__ import annotations

import contextlib
from typing import Any

import usb.core
import usb.util

from hardware.errors import LinkError

PACKET = 64  # reads ask for whole packets: a shorter buffer than the packet is an overflow error


class BulkTransport:
    """A device named by vendor and product id. Its first bulk pair is used; what follows in the descriptors is not.

    `backend` is pyusb's and only given by tests.
    """

    two_way = True

    def __init__(self, vendor: int, product: int, backend: Any = None) -> None:
        self._ids = {"idVendor": vendor, "idProduct": product}
        self._backend = backend
        self._device: Any = None
        self._out: Any = None
        self._in: Any = None
        self._pending = b""

    def describe(self) -> str:
        return f"usb:{self._ids['idVendor']:04x}:{self._ids['idProduct']:04x}"

    @property
    def is_open(self) -> bool:
        return self._device is not None

    def open(self) -> None:
        self.close()
        try:
            device = usb.core.find(backend=self._backend, **self._ids)
            if device is None:
                raise LinkError(f"{self.describe()}: not plugged in")
            self._device = device
            self._take(device)
        except (usb.core.USBError, usb.core.NoBackendError, ValueError) as fault:
            self.close()
            raise LinkError(f"{self.describe()}: {fault}") from fault
        except LinkError:
            self.close()
            raise

    def _take(self, device: Any) -> None:
        interface = device.get_active_configuration()[(0, 0)]
        with contextlib.suppress(NotImplementedError, usb.core.USBError):
            if device.is_kernel_driver_active(interface.bInterfaceNumber):
                device.detach_kernel_driver(interface.bInterfaceNumber)
        bulk = [one for one in interface if usb.util.endpoint_type(one.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK]
        ways = {usb.util.endpoint_direction(one.bEndpointAddress): one for one in reversed(bulk)}
        if len(ways) != 2:
            raise LinkError(f"{self.describe()}: has no pair of bulk endpoints")
        usb.util.claim_interface(device, interface.bInterfaceNumber)
        self._out, self._in = ways[usb.util.ENDPOINT_OUT], ways[usb.util.ENDPOINT_IN]

    def write(self, data: bytes, timeout: float) -> None:
        self._must_be_open()
        try:
            taken = self._out.write(data, _milliseconds(timeout))
        except usb.core.USBError as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault
        if taken != len(data):
            raise LinkError(f"{self.describe()}: took {taken} of {len(data)} bytes")

    def read(self, size: int, timeout: float) -> bytes:
        self._must_be_open()
        if not self._pending:
            self._pending = self._packet(timeout)
        part, self._pending = self._pending[:size], self._pending[size:]
        return part

    def _packet(self, timeout: float) -> bytes:
        try:
            return bytes(self._in.read(PACKET, _milliseconds(timeout)))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as fault:
            raise LinkError(f"{self.describe()}: {fault}") from fault

    def close(self) -> None:
        device, self._device = self._device, None
        self._out = self._in = None
        self._pending = b""
        if device is not None:
            with contextlib.suppress(usb.core.USBError):
                usb.util.dispose_resources(device)

    def _must_be_open(self) -> None:
        if self._device is None:
            raise LinkError(f"{self.describe()}: not open")


def _milliseconds(timeout: float) -> int:
    return max(1, round(timeout * 1000))  # libusb takes 0 for "for ever"
