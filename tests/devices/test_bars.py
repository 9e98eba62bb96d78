"""BX-5K bars on a real pseudo-terminal: newest text wins, the called one first, faults stay with their bar."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware import control
from hardware.bars import bx5k, standing
from hardware.bars.cable import BarCable
from hardware.bars.onbon import Bx5kSerialOptions, Bx5kTcpOptions, OnbonBars, open_serial, open_tcp
from hardware.bars.virtual import VirtualBarOptions, VirtualBars, open_virtual
from hardware.bus.timing import Timing
from hardware.errors import BarError, DeviceError
from hardware.ports import BarLine, Colour, Condition, WindowBar
from hardware.transport.memory import MemoryTransport
from hardware.transport.pty import PtyPlug

Wait = Callable[..., None]


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[VirtualBars]:
    bars = VirtualBars(range(1, 9), link=tmp_path / "bars")
    yield bars
    bars.close()


@pytest.fixture
def bars(twin: VirtualBars) -> Iterator[WindowBar]:
    driver = open_serial("bars", Bx5kSerialOptions(port=twin.port, baud=921600, wait=0.5, again=0.0))
    yield driver
    driver.close()


def call(text: str) -> tuple[BarLine, ...]:
    return (BarLine(text, Colour.RED),)


def test_a_bar_shows_what_it_was_told_and_answers(twin: VirtualBars, bars: WindowBar) -> None:
    bars.show(3, call("A012到3号窗口"))
    assert twin.wait_for(lambda: twin.bars[3].text == "\\C1A012到3号窗口")
    assert bars.ping(3).condition is Condition.OK
    assert bars.health_of(3).code == "ok"
    assert bars.health_of(4).code == "not_asked"
    bars.brightness(3, 40)
    assert twin.wait_for(lambda: twin.bars[3].percent == 40)
    bars.clear(3)
    assert twin.wait_for(lambda: twin.bars[3].text == "")
    assert bars.health().condition is Condition.OK


def test_a_text_with_seconds_is_forgotten_by_the_bar_itself(twin: VirtualBars, bars: WindowBar) -> None:
    bars.show(1, call("A001"), seconds=1)
    assert twin.wait_for(lambda: twin.bars[1].text != "")
    assert twin.lit(1) == "\\C1A001"
    assert twin.bars[1].until > 0


def test_of_a_burst_the_newest_text_arrives_and_the_called_bar_is_first(tmp_path: Path) -> None:
    twin = VirtualBars(range(1, 9), 38400)
    driver = open_serial("bars", Bx5kSerialOptions(port=twin.port, baud=38400, wait=0.5))
    try:
        assert driver.ping(1).condition is Condition.OK
        for turn in range(50):
            for address in range(1, 9):
                driver.show(address, call(f"A{turn:03d}"))
        called_at = time.monotonic()
        driver.show(7, call("A999"), called=True)
        assert twin.wait_for(lambda: {bar.text[3:] for bar in twin.bars.values()} == {"A049", "A999"})
        after = [text[3:] for at, _, text in twin.updates if at > called_at]
        assert after.index("A999") <= 1  # one may have been under way
        assert len(twin.updates) < 8 * 50
        assert twin.collisions == 0
    finally:
        driver.close()
        twin.close()


def test_also_without_answers_texts_wait_here_and_not_in_the_port() -> None:
    twin = VirtualBars(range(1, 9), 9600)
    driver = open_serial("bars", Bx5kSerialOptions(port=twin.port, baud=9600, answers=False))
    try:
        assert driver.health().code == "one_way"
        for address in range(1, 9):
            driver.show(address, call("A001"))
        assert twin.wait_for(lambda: len(twin.updates) >= 1)
        called_at = time.monotonic()
        driver.show(8, call("A999"), called=True)
        assert twin.wait_for(lambda: twin.bars[8].text.endswith("A999"))
        assert len([text for at, _, text in twin.updates if at > called_at]) <= 3  # not behind all that wait
        assert twin.wait_for(lambda: all(bar.text for bar in twin.bars.values()))
        assert all("A001" not in text for _, address, text in twin.updates if address == 8)  # nobody saw the old one
    finally:
        driver.close()
        twin.close()


@pytest.mark.parametrize("fault", ["mute", "off"])
def test_a_silent_bar_is_told_and_is_in_the_way_of_nobody(
    twin: VirtualBars, bars: WindowBar, fault: str, eventually: Wait
) -> None:
    twin.set_fault(2, fault, True)
    for address in range(1, 9):
        bars.show(address, call("A001"), called=address == 2)
    assert twin.wait_for(lambda: all(bar.text for address, bar in twin.bars.items() if address != 2))
    eventually(lambda: bars.health().code == "bars_silent")
    assert bars.health().detail.endswith("from 2")
    assert bars.health_of(2).code == "no_answer"
    assert bars.health_of(3).code == "ok"
    assert bars.ping(2).condition is Condition.DOWN
    twin.set_fault(2, fault, False)
    assert bars.ping(2).condition is Condition.OK
    assert twin.wait_for(lambda: twin.bars[2].text == "\\C1A001")
    assert bars.health().code == "ok"


def test_junk_before_an_answer_does_no_harm(twin: VirtualBars, bars: WindowBar) -> None:
    twin.set_fault(4, "junk", True)
    assert bars.ping(4).condition is Condition.OK


def test_a_slow_bar_is_silent_and_its_late_answer_is_not_taken_for_anothers(twin: VirtualBars, bars: WindowBar) -> None:
    twin.set_fault(5, "slow", True)
    assert bars.ping(5).condition is Condition.DOWN
    bars.show(6, call("B006"))
    assert twin.wait_for(lambda: twin.bars[6].text == "\\C1B006")


def test_unplugged_and_plugged_in_again_everything_is_said_again(
    twin: VirtualBars, bars: WindowBar, eventually: Wait
) -> None:
    bars.show(1, call("A001"))
    assert twin.wait_for(lambda: twin.bars[1].text != "")
    twin.unplug()
    bars.show(2, call("A002"))
    eventually(lambda: bars.health().code == "not_connected")
    assert bars.health_of(1).code == "not_connected"
    assert bars.ping(3).code == "not_connected"
    twin.bars[1].text = ""
    twin.plug()
    assert twin.wait_for(lambda: twin.bars[1].text == "\\C1A001" and twin.bars[2].text == "\\C1A002")
    eventually(lambda: bars.health().code == "ok")


def test_a_bar_that_lost_its_power_unnoticed_is_told_again(twin: VirtualBars) -> None:
    driver = open_serial("bars", Bx5kSerialOptions(port=twin.port, baud=921600, wait=0.5, again=0.2))
    try:
        driver.show(1, call("A001"))
        assert twin.wait_for(lambda: twin.bars[1].text != "")
        twin.bars[1].text = ""
        assert twin.wait_for(lambda: twin.bars[1].text != "")
    finally:
        driver.close()


def test_without_answers_nothing_is_waited_for_and_health_says_so(twin: VirtualBars) -> None:
    driver = open_serial("bars", Bx5kSerialOptions(port=twin.port, baud=921600, wait=0.5, answers=False))
    try:
        driver.show(1, call("A001"))
        assert twin.wait_for(lambda: twin.bars[1].text != "")
        assert driver.health().code == "one_way"
        assert driver.ping(1).condition is Condition.OK
    finally:
        driver.close()


def test_what_can_never_be_shown_is_refused_in_front_of_whoever_asks(bars: WindowBar) -> None:
    for wrong in (
        lambda: bars.show(0, call("A001")),
        lambda: bars.show(70000, call("A001")),
        lambda: bars.show(1, ()),
        lambda: bars.clear(-1),
        lambda: bars.brightness(1, 101),
    ):
        with pytest.raises(BarError):
            wrong()
    assert bars.ping(0).code == "no_such_address"


def test_a_port_that_does_not_exist_is_a_status_and_closing_is_quick() -> None:
    for driver in (
        open_serial("bars", Bx5kSerialOptions(port="/dev/hall-no-such-port")),
        open_tcp("bars", Bx5kTcpOptions(host="127.0.0.1", port=9)),
    ):
        driver.show(1, call("A001"))
        assert driver.health().code == "not_connected"
        driver.close()


def test_many_threads_may_speak_at_once(twin: VirtualBars, bars: WindowBar) -> None:
    def clerk(address: int) -> None:
        for turn in range(20):
            bars.show(address, call(f"C{address}{turn:02d}"), called=turn % 2 == 0)

    clerks = [threading.Thread(target=clerk, args=(address,)) for address in range(1, 9)]
    for each in clerks:
        each.start()
    for each in clerks:
        each.join()
    assert twin.wait_for(lambda: all(bar.text == f"\\C1C{address}19" for address, bar in twin.bars.items()))


def test_the_virtual_driver_is_read_and_broken_through_its_control_line() -> None:
    driver = open_virtual("virtual", VirtualBarOptions(bars=2, baud=0))
    try:
        driver.show(2, call("A012"))
        assert driver.ping(2).condition is Condition.OK
        port = driver.control_port  # type: ignore[attr-defined]
        assert control.tell(port, "read 2") == "\\C1A012"
        assert control.tell(port, "fault 2 mute on") == ""
        assert driver.ping(2).condition is Condition.DOWN
        assert control.tell(port, "report").endswith("collisions=0")
        for wrong in ("dance", "read 9", "fault 9 mute on", "fault 1 hunger on"):
            with pytest.raises(DeviceError):
                control.tell(port, wrong)
    finally:
        driver.close()


def test_a_card_on_the_network_works_as_one_on_a_cable(twin: VirtualBars) -> None:
    with bridge(twin.port) as port:
        driver = open_tcp("bars", Bx5kTcpOptions(host="127.0.0.1", port=port))
        try:
            driver.show(3, call("A012到3号窗口"), called=True)
            assert twin.wait_for(lambda: twin.bars[3].text == "\\C1A012到3号窗口")
            assert driver.ping(3).condition is Condition.OK
        finally:
            driver.close()


@contextmanager
def bridge(path: str) -> Iterator[int]:
    """A serial server: what comes over TCP goes onto the cable, and back."""
    listener = socket.create_server(("127.0.0.1", 0))
    cable = os.open(path, os.O_RDWR | os.O_NOCTTY)

    def serve() -> None:
        guest, _ = listener.accept()
        with guest:
            while True:
                ready, _, _ = select.select([guest, cable], [], [], 10)
                if cable in ready:
                    guest.sendall(os.read(cable, 4096))
                if guest in ready:
                    data = guest.recv(4096)
                    if not data:
                        return
                    os.write(cable, data)

    server = threading.Thread(target=serve)
    server.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.join()
        listener.close()
        os.close(cable)


def test_a_silent_bar_with_nothing_left_to_say_stays_silent(monkeypatch: pytest.MonkeyPatch, eventually: Wait) -> None:
    monkeypatch.setattr(standing, "FIRST_PAUSE", 0.05)
    link = MemoryTransport()
    driver = BarCable("bars", link, OnbonBars(bx5k.Area(128, 16)), Timing(0, 0.01))
    try:
        driver.show(2, call("A001"), seconds=0.2)
        eventually(lambda: driver.health_of(2).code == "no_answer")
        eventually(lambda: bx5k.frame(2, bx5k.command(bx5k.PING)) in link.sent)  # the text is over: only asked
        assert driver.health().code == "bars_silent"
        assert driver.health_of(2).code == "no_answer"
    finally:
        driver.close()


def test_a_cable_full_of_nonsense_is_silence_and_closing_is_quick() -> None:
    stop = threading.Event()
    plug = PtyPlug(lambda data: None)

    def babble() -> None:
        while not stop.is_set():
            plug.send(bytes(range(256)) * 4)

    noise = threading.Thread(target=babble)
    noise.start()
    driver = open_serial("bars", Bx5kSerialOptions(port=plug.path, wait=0.05))
    try:
        driver.show(1, call("A001"))
        assert driver.ping(1).condition is Condition.DOWN
    finally:
        driver.close()
        stop.set()
        noise.join()
        plug.unplug()
