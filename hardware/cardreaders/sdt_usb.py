"""Identity card readers that speak the security module's frames over USB itself: bulk endpoints or HID reports."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.cardreaders.sdt_serial import SdtReader
from hardware.options import option
from hardware.ports import CardReader

NO_SPEED = (0,)
"""USB has one speed; the reader is greeted once."""


@dataclass(frozen=True, slots=True)
class _Looks:
    interval: float = option(0.25, doc="seconds between two looks", low=0.05, high=5)
    again_after: float = option(2.0, doc="seconds a card must be away to count as placed again", low=0, high=60)


@dataclass(frozen=True, slots=True)
class SdtUsbOptions(_Looks):
    """A reader on USB with bulk endpoints; `lsusb` shows both ids."""

    vendor: int = option(0x0400, doc="USB vendor id", low=1, high=0xFFFF)
    product: int = option(0xC35A, doc="USB product id", low=1, high=0xFFFF)


@dataclass(frozen=True, slots=True)
class SdtHidOptions(_Looks):
    """A reader on USB that is a HID device; Linux only."""

    vendor: int = option(0x2B8B, doc="USB vendor id", low=1, high=0xFFFF)
    product: int = option(0x2721, doc="USB product id", low=1, high=0xFFFF)


def open_sdt_usb(name: str, options: SdtUsbOptions) -> CardReader:
    """A reader with bulk endpoints."""
    from hardware.transport.bulk import BulkTransport

    return SdtReader(
        name,
        lambda _: BulkTransport(options.vendor, options.product),
        NO_SPEED,
        interval=options.interval,
        again_after=options.again_after,
    )


def open_sdt_hid(name: str, options: SdtHidOptions) -> CardReader:
    """A reader with HID reports."""
    from hardware.transport.hidraw import HidTransport, node_of

    return SdtReader(
        name,
        lambda _: HidTransport(
            f"hid:{options.vendor:04x}:{options.product:04x}", lambda: node_of(options.vendor, options.product)
        ),
        NO_SPEED,
        interval=options.interval,
        again_after=options.again_after,
    )
