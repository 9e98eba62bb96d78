"""A USB device below pyusb: everything above it is the real thing, only the bus is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core


class FakeUsb(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """One USB device for pyusb itself: descriptors, one bulk pair on unusual addresses; `receive` gets what is sent.

    What the device says goes into `inbox`. `interface_class` 7 is a printer, 255 is vendor's own.
    """

    OUT, IN = 0x03, 0x84

    def __init__(self, vendor: int, product: int, *, interface_class: int, answers: bool = True) -> None:
        self._ids = vendor, product
        self._class = interface_class
        self._answers = answers
        self.inbox = bytearray()
        self.receive: Callable[[bytes], object] = lambda data: None
        self.plugged = True

    def enumerate_devices(self) -> Iterator[str]:
        if self.plugged:
            yield "device"

    def get_parent(self, dev: object) -> None:
        return None

    def get_device_descriptor(self, dev: object) -> object:
        names = {
            "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x200, "bDeviceClass": 0, "bDeviceSubClass": 0,
            "bDeviceProtocol": 0, "bMaxPacketSize0": 64, "idVendor": self._ids[0], "idProduct": self._ids[1],
            "bcdDevice": 0x100,
            "iManufacturer": 0, "iProduct": 0, "iSerialNumber": 0, "bNumConfigurations": 1, "address": 1, "bus": 1,
            "port_number": 1, "port_numbers": None, "speed": 3,
        }  # fmt: skip
        return SimpleNamespace(**names)

    def get_configuration_descriptor(self, dev: object, config: int) -> object:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: object, intf: int, alt: int, config: int) -> object:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=2 if self._answers else 1, bInterfaceClass=self._class, bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: object, ep: int, intf: int, alt: int, config: int) -> object:
        addresses = (self.OUT, self.IN) if self._answers else (self.OUT,)
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=addresses[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: object) -> object:
        return dev

    def close_device(self, dev_handle: object) -> None: ...

    def set_configuration(self, dev_handle: object, config_value: int) -> None: ...

    def get_configuration(self, dev_handle: object) -> int:
        return 1

    def claim_interface(self, dev_handle: object, intf: int) -> None: ...

    def release_interface(self, dev_handle: object, intf: int) -> None: ...

    def reset_device(self, dev_handle: object) -> None: ...

    def bulk_write(self, dev_handle: object, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._check()
        assert ep == self.OUT
        assert timeout > 0  # 0 would be "for ever"
        self.receive(bytes(data))
        return len(data)

    def bulk_read(self, dev_handle: object, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self._check()
        assert ep == self.IN
        assert timeout > 0
        if not self.inbox:
            raise usb.core.USBTimeoutError("timed out", -7, 110)
        part = self.inbox[: len(buff)]
        del self.inbox[: len(part)]
        buff[: len(part)] = type(buff)("B", part)
        return len(part)

    def _check(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("No such device", -4, 19)
