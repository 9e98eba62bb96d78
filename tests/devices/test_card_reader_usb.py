"""The identity card driver over USB bulk endpoints and over HID reports, down to pyusb and a device node."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.cardreaders.documents import Document
from hardware.cardreaders.module import VirtualModule
from hardware.cardreaders.sdt_serial import SdtReader
from hardware.cardreaders.sdt_usb import NO_SPEED, SdtHidOptions, SdtUsbOptions, open_sdt_hid, open_sdt_usb
from hardware.errors import LinkError
from hardware.ports import Card, Health
from hardware.transport.bulk import BulkTransport
from hardware.transport.hidraw import REPORT, HidTransport, node_of
from hardware.transport.link import Transport
from hardware.transport.pty import PtyPlug
from tests.devices.fake_usb import FakeUsb

ANNE = Document("A", "11010519491231002X", name="张伟", sex="1", birth="19491231")


class Desk:
    def __init__(self) -> None:
        self.heard: queue.Queue[Card | Health] = queue.Queue()

    def next(self) -> str:
        heard = self.heard.get(timeout=10)
        return heard.name if isinstance(heard, Card) else heard.code


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def watch(desk: Desk) -> Iterator[Callable[[Callable[[], Transport]], SdtReader]]:
    opened: list[SdtReader] = []

    def start(link: Callable[[], Transport]) -> SdtReader:
        reader = SdtReader("desk", lambda _: link(), NO_SPEED, interval=0.05, again_after=0.2, retry=0.1)
        opened.append(reader)
        reader.start(desk.heard.put, desk.heard.put)
        return reader

    yield start
    for reader in opened:
        reader.close()


class UsbReader(FakeUsb):
    """A card reader that says a few senseless bytes before each frame, as some do."""

    def __init__(self) -> None:
        super().__init__(0x0400, 0xC35A, interface_class=255)
        self.module = VirtualModule(lambda answer: self.inbox.extend(b"\x00\xaa\x00" + answer))
        self.receive = self.module.receive


class HidReader:
    """A node that takes reports with their number and answers in whole ones."""

    def __init__(self, link: Path) -> None:
        self.module = VirtualModule(self._say)
        self._rest = b""
        self.plug = PtyPlug(self._receive, link)

    def _receive(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) > REPORT:
            assert self._rest[0] == 0, "the report's number is missing"
            report, self._rest = self._rest[1 : REPORT + 1], self._rest[REPORT + 1 :]
            self.module.receive(report)

    def _say(self, answer: bytes) -> None:
        self.plug.send(answer.ljust(-(-len(answer) // REPORT) * REPORT, b"\x00"))


def test_a_card_over_bulk_endpoints_and_the_plug_pulled(
    desk: Desk, watch: Callable[[Callable[[], Transport]], SdtReader]
) -> None:
    backend = UsbReader()
    watch(lambda: BulkTransport(0x0400, 0xC35A, backend))
    assert desk.next() == "ok"
    backend.module.place(ANNE)
    assert desk.next() == "张伟"
    backend.plugged = False
    assert desk.next() == "not_connected"
    backend.module.remove()
    backend.plugged = True
    assert desk.next() == "ok"
    backend.module.place(ANNE)
    assert desk.next() == "张伟"


def test_a_card_over_hid_reports_and_the_plug_pulled(
    tmp_path: Path, desk: Desk, watch: Callable[[Callable[[], Transport]], SdtReader]
) -> None:
    node = tmp_path / "hidraw0"
    device = HidReader(node)
    try:
        watch(lambda: HidTransport("hid", lambda: node if node.is_symlink() else None))
        assert desk.next() == "ok"
        device.module.place(ANNE)
        assert desk.next() == "张伟"
        device.plug.unplug()
        assert desk.next() == "not_connected"
        device.module.remove()
        device.plug.plug()
        assert desk.next() == "ok"
    finally:
        device.plug.unplug()


def test_the_node_of_a_hid_device_is_found_by_its_ids(tmp_path: Path) -> None:
    for number, ids in enumerate(("0003:00000461:00004D22", "0003:00002B8B:00002721")):
        uevent = tmp_path / f"hidraw{number}" / "device" / "uevent"
        uevent.parent.mkdir(parents=True)
        uevent.write_text(f"DRIVER=hid-generic\nHID_ID={ids}\nHID_NAME=Reader\n")
    assert node_of(0x2B8B, 0x2721, tmp_path) == Path("/dev/hidraw1")
    assert node_of(0x2B8B, 0x0001, tmp_path) is None


def test_a_hid_device_that_takes_nothing_is_a_lost_link(tmp_path: Path) -> None:
    path = tmp_path / "full"
    os.mkfifo(path)
    link = HidTransport("hid", lambda: path)
    link.open()
    whole = bytes(REPORT * 2000)  # more than the pipe holds
    with pytest.raises(LinkError):
        link.write(whole, 0.2)
    link.close()
    with pytest.raises(LinkError):
        link.write(b"x", 0.01)


def test_what_is_not_plugged_in_says_so(desk: Desk) -> None:
    for reader in (open_sdt_usb("usb", SdtUsbOptions()), open_sdt_hid("hid", SdtHidOptions())):
        reader.start(desk.heard.put, desk.heard.put)
        assert desk.next() == "not_connected"
        reader.close()
