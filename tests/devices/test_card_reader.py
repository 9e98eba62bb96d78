"""The serial card reader driver on a real pseudo-terminal: placed cards arrive, faults are told once, replug works."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware import control
from hardware.cardreaders.documents import Document
from hardware.cardreaders.sdt_serial import SdtSerialOptions, open_sdt_serial
from hardware.cardreaders.virtual import VirtualReader, VirtualReaderOptions, open_virtual
from hardware.errors import CardError, DeviceError
from hardware.ports import Card, Condition, Health

ANNE = Document("A", "11010519491231002X", name="张伟", sex="1", birth="19491231")
BEN = Document("A", "440524188001010014", name="李娜", sex="2", birth="18800101")


class Desk:
    """Whoever listens to a reader."""

    def __init__(self) -> None:
        self.cards: queue.Queue[Card] = queue.Queue()
        self.faults: queue.Queue[Health] = queue.Queue()

    def card(self) -> Card:
        return self.cards.get(timeout=10)

    def fault(self) -> str:
        return self.faults.get(timeout=10).code


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def watch(desk: Desk) -> Iterator[Callable[..., object]]:
    opened = []

    def start(port: str, **options: object) -> object:
        settings = {"baud": 115200, "interval": 0.05, "again_after": 0.4} | options
        reader = open_sdt_serial("desk", SdtSerialOptions(port=port, **settings))  # type: ignore[arg-type]
        opened.append(reader)
        reader.start(desk.cards.put, desk.faults.put)
        return reader

    yield start
    for reader in opened:
        reader.close()


def test_a_placed_card_arrives_once_and_again_after_it_was_lifted(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    watch(reader_twin.port)
    assert desk.fault() == "ok"
    reader_twin.place(ANNE)
    card = desk.card()
    assert (card.document, card.name, card.sex, card.kind) == (ANNE.number, "张伟", "male", "resident")
    with pytest.raises(queue.Empty):  # it lies there and the reader goes on naming it
        desk.cards.get(timeout=0.5)
    reader_twin.place(BEN)
    assert desk.card().name == "李娜"
    reader_twin.place(ANNE)
    assert desk.card().name == "张伟"


def test_a_reader_that_names_a_card_once_per_placement(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    reader_twin.set_fault("once", True)
    watch(reader_twin.port, again_after=0.0)
    for _ in range(3):
        reader_twin.place(ANNE)
        assert desk.card().name == "张伟"
        reader_twin.remove()


@pytest.mark.parametrize("fragment", [1, 64])
def test_answers_in_fragments(desk: Desk, watch: Callable[..., object], fragment: int) -> None:
    twin = VirtualReader(fragment=fragment)
    try:
        watch(twin.port)
        twin.place(ANNE)
        assert desk.card().document == ANNE.number
    finally:
        twin.close()


def test_an_old_module_without_fingerprints_is_read_all_the_same(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    reader_twin.set_fault("old_module", True)
    watch(reader_twin.port)
    reader_twin.place(ANNE)
    assert desk.card().document == ANNE.number


@pytest.mark.parametrize("fault", ["bad_checksum", "unreadable"])
def test_a_card_that_cannot_be_read_is_told_once_and_then_read(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object], fault: str
) -> None:
    reader_twin.set_fault(fault, True)
    watch(reader_twin.port)
    assert desk.fault() == "ok"
    reader_twin.place(ANNE)
    assert desk.fault() == "unreadable"
    with pytest.raises(queue.Empty):
        desk.faults.get(timeout=0.4)
    reader_twin.set_fault(fault, False)
    assert desk.card().document == ANNE.number


def test_a_number_that_fails_its_check_is_unreadable_and_never_a_card(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    watch(reader_twin.port)
    assert desk.fault() == "ok"
    reader_twin.place(Document("A", "110105194912310021", name="张伟"))
    assert desk.fault() == "unreadable"
    assert desk.cards.empty()


def test_a_reader_that_falls_silent_is_down_and_comes_back(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    reader = watch(reader_twin.port)
    assert desk.fault() == "ok"
    reader_twin.set_fault("mute", True)
    assert desk.fault() == "no_answer"
    assert reader.health().condition is Condition.DOWN  # type: ignore[attr-defined]
    reader_twin.set_fault("mute", False)
    assert desk.fault() == "ok"
    reader_twin.place(ANNE)
    assert desk.card().document == ANNE.number


def test_a_module_without_authorisation_says_so(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    reader_twin.set_fault("unauthorised", True)
    watch(reader_twin.port)
    assert desk.fault() == "reader_unauthorised"


def test_unplugged_and_plugged_in_again(tmp_path: Path, desk: Desk, watch: Callable[..., object]) -> None:
    twin = VirtualReader(tmp_path / "reader")
    try:
        watch(twin.port)
        assert desk.fault() == "ok"
        twin.unplug()
        assert desk.fault() == "not_connected"
        twin.plug()
        assert desk.fault() == "ok"
        twin.place(ANNE)
        assert desk.card().document == ANNE.number
    finally:
        twin.close()


def test_a_port_that_does_not_exist_is_a_status_and_closing_is_quick(desk: Desk, watch: Callable[..., object]) -> None:
    watch("/dev/hall-no-such-port", baud=0)
    assert desk.fault() == "not_connected"


def test_a_listener_that_fails_does_not_blind_the_reader(
    reader_twin: VirtualReader, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    reader = open_sdt_serial("desk", SdtSerialOptions(port=reader_twin.port, baud=115200, interval=0.05))

    def listener(card: Card) -> None:
        desk.cards.put(card)
        raise RuntimeError("a defect of the app")

    reader.start(listener, desk.faults.put)
    reader_twin.place(ANNE)
    desk.card()
    reader_twin.place(BEN)
    assert desk.card().name == "李娜"
    reader.close()
    assert "a defect of the app" in caplog.text
    assert ANNE.number not in caplog.text


def test_the_virtual_driver_takes_cards_through_its_control_line(desk: Desk) -> None:
    reader = open_virtual("virtual", VirtualReaderOptions())
    try:
        reader.start(desk.cards.put, desk.faults.put)
        port = reader.control_port  # type: ignore[attr-defined]
        assert control.tell(port, "place name=王芳 number=440524188001010014 sex=2") == ""
        assert desk.card() == Card("resident", "440524188001010014", "王芳", "18800101", "female")
        assert control.tell(port, "remove") == ""
        assert control.tell(port, "port").startswith("/dev/pts/")
        for wrong in ("dance", "place shoe=42", "place layout=Q", "fault hunger on", "place name=" + "长" * 40):
            with pytest.raises(DeviceError):
                control.tell(port, wrong)
    finally:
        reader.close()


def test_a_card_with_too_long_a_name_cannot_be_placed(reader_twin: VirtualReader) -> None:
    with pytest.raises(CardError):
        reader_twin.place(Document("A", ANNE.number, name="长" * 40))


def test_a_card_lifted_while_it_is_read_is_unreadable_once_and_the_next_one_is_read(
    reader_twin: VirtualReader, desk: Desk, watch: Callable[..., object]
) -> None:
    watch(reader_twin.port)
    assert desk.fault() == "ok"
    reader_twin.set_fault("lifted", True)
    reader_twin.place(ANNE)
    assert desk.fault() == "unreadable"
    reader_twin.set_fault("lifted", False)
    reader_twin.place(BEN)
    assert desk.card().name == "李娜"


def test_junk_before_every_answer(desk: Desk, watch: Callable[..., object]) -> None:
    twin = VirtualReader(junk=b"\x00\xaa\xaa\x17\x96\x69", fragment=5)
    watch(twin.port)
    assert desk.fault() == "ok"
    twin.place(ANNE)
    assert desk.card().name == "张伟"
    twin.close()
