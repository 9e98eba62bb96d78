"""Call pads and rating pads against their twins on a pseudo-terminal: each press once, nobody waits for the silent."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware import control, registry
from hardware.errors import DeviceError, OptionError
from hardware.frames.reading import load, read
from hardware.pads.callpads import TemplateCallPadOptions, open_template
from hardware.pads.evdev import EvdevCallPadOptions, EvdevRatingPadOptions, open_call_pad, open_rating_pad
from hardware.pads.inputevents import DOWN, KEY, UP, record
from hardware.pads.ratingpads import TemplateRatingPadOptions
from hardware.pads.ratingpads import open_template as open_rating
from hardware.pads.virtual import (
    PadState,
    VirtualCallPadOptions,
    VirtualPads,
    VirtualRatingPadOptions,
    open_virtual_call_pads,
    open_virtual_rating_pads,
)
from hardware.ports import CallPad, Condition, Health, PadAct, PadEvent, RatingPad
from hardware.transport.pty import PtyPlug

Wait = Callable[..., None]

SPEAKING = (
    (Path(__file__).parents[2] / "hardware/frames/known/pad68.toml")
    .read_text(encoding="utf-8")
    .replace("[poll] ", "[ping] ")
    .replace("[poll]", "[ping]")
)


class Desk:
    """Whoever listens to pads."""

    def __init__(self) -> None:
        self.events: queue.Queue[PadEvent] = queue.Queue()
        self.faults: queue.Queue[Health] = queue.Queue()

    def event(self) -> PadEvent:
        return self.events.get(timeout=10)

    def fault(self) -> str:
        return self.faults.get(timeout=10).code

    def nothing(self) -> bool:
        return self.events.empty()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[VirtualPads]:
    pads = VirtualPads(range(1, 9), load("pad68"), link=tmp_path / "pads")
    yield pads
    pads.close()


@pytest.fixture
def pads(twin: VirtualPads, desk: Desk) -> Iterator[CallPad]:
    driver = open_template("pads", TemplateCallPadOptions(port=twin.port, baud=115200, pads="1-8", wait=0.5))
    driver.start(desk.events.put, desk.faults.put)
    yield driver
    driver.close()


def test_each_key_of_each_pad_arrives_once(twin: VirtualPads, desk: Desk, pads: CallPad) -> None:
    twin.press(3, "call_next")
    assert desk.event() == PadEvent(3, PadAct.CALL_NEXT)
    twin.press(5, "1", "2", "transfer")
    twin.press(8, "finish", "finish")
    got = sorted([desk.event() for _ in range(3)], key=lambda event: event.address)
    assert got == [PadEvent(5, PadAct.TRANSFER, "12"), *[PadEvent(8, PadAct.FINISH)] * 2]
    assert desk.nothing()
    assert pads.health().condition is Condition.OK


def test_a_pad_shows_the_newest_text_and_beeps(twin: VirtualPads, desk: Desk, pads: CallPad) -> None:
    for number in range(20):
        pads.display(2, f"A{number:03d}")
    pads.beep(2)
    pads.display(77, "nobody")
    pads.display(2, "x" * 600)  # does not fit in a frame: not shown, not raised
    assert twin.wait_for(lambda: twin.pads[2].text == "A019" and twin.pads[2].beeps == 1)


class HardOfHearing(VirtualPads):
    """Pads that do not hear the first confirmation."""

    deaf = True

    def _done(self, name: str, pad: PadState, address: int, text: bytes) -> bytes:
        if name == "confirm" and self.deaf:
            self.deaf = False
            return b""
        return super()._done(name, pad, address, text)


def test_a_key_whose_confirmation_is_lost_is_one_press(desk: Desk) -> None:
    twin = HardOfHearing(range(1, 3), load("pad68"))
    driver = open_template("pads", TemplateCallPadOptions(port=twin.port, baud=115200, pads="1-2", wait=0.5))
    driver.start(desk.events.put, desk.faults.put)
    try:
        twin.press(2, "call_next")
        assert desk.event() == PadEvent(2, PadAct.CALL_NEXT)
        assert twin.wait_for(lambda: not twin.pads[2].keys)
        twin.press(2, "recall")
        assert desk.event() == PadEvent(2, PadAct.RECALL)
    finally:
        driver.close()
        twin.close()


@pytest.mark.parametrize("fault", ["mute", "off"])
def test_a_silent_pad_is_told_and_the_others_go_on(twin: VirtualPads, desk: Desk, pads: CallPad, fault: str) -> None:
    assert desk.fault() == "ok"
    twin.set_fault(2, fault, True)
    assert desk.fault() == "pads_silent"
    assert pads.health().detail.endswith("from 2")
    twin.press(3, "pause")
    assert desk.event() == PadEvent(3, PadAct.PAUSE)
    twin.set_fault(2, fault, False)
    assert desk.fault() == "ok"
    twin.press(2, "recall")
    assert desk.event() == PadEvent(2, PadAct.RECALL)


def test_junk_does_no_harm_and_unplugging_is_survived(twin: VirtualPads, desk: Desk, pads: CallPad) -> None:
    assert desk.fault() == "ok"
    twin.set_fault(6, "junk", True)
    twin.press(6, "no_show")
    assert desk.event() == PadEvent(6, PadAct.NO_SHOW)
    twin.unplug()
    assert desk.fault() == "not_connected"
    twin.press(1, "sign_in", "4", "enter")
    twin.plug()
    assert desk.fault() == "ok"
    assert desk.event() == PadEvent(1, PadAct.SIGN_IN, "4")


def test_pads_that_speak_by_themselves_are_heard_and_repetitions_are_one_press(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "speaking.toml"
    path.write_text(SPEAKING, encoding="utf-8")
    twin = VirtualPads(range(1, 4), read(SPEAKING))
    driver = open_template(
        "pads", TemplateCallPadOptions(frames=str(path), port=twin.port, pads="1-3", baud=115200, wait=0.5)
    )
    driver.start(desk.events.put, desk.faults.put)
    try:
        assert desk.fault() == "ok"
        twin.press(2, "call_next")
        twin.press(2, "call_next")  # within half a second: the pad repeats itself
        twin.press(3, "2", "transfer")
        assert desk.event() == PadEvent(2, PadAct.CALL_NEXT)
        assert desk.event() == PadEvent(3, PadAct.TRANSFER, "2")
        driver.display(2, "A012")
        assert twin.wait_for(lambda: twin.pads[2].text == "A012")
        assert desk.nothing()
    finally:
        driver.close()
        twin.close()


def test_what_is_wrong_with_settings_is_a_status() -> None:
    for wrong, said in (
        ({"frames": "bar485"}, "needs a table [pressed]"),
        ({"pads": "200"}, "200 is not among the addresses"),
        ({"pads": "x"}, "pads: must be addresses"),
        ({"frames": "nowhere.toml"}, "nowhere.toml"),
    ):
        pad = registry.open_call_pad({"driver": "template", **wrong})
        assert said in pad.health().detail
        pad.close()
    with pytest.raises(OptionError, match=r"needs a table \[rated\]"):
        open_rating("pads", TemplateRatingPadOptions(frames="pad68"))
    assert registry.open_rating_pad({"driver": "evdevv"}).ask(1, 5.0) is None


@pytest.fixture
def faces(tmp_path: Path) -> Iterator[VirtualPads]:
    pads = VirtualPads(range(1, 5), load("rating485"), link=tmp_path / "faces")
    yield pads
    pads.close()


@pytest.fixture
def rating(faces: VirtualPads) -> Iterator[RatingPad]:
    driver = open_rating("faces", TemplateRatingPadOptions(port=faces.port, baud=115200, pads="1-4", wait=0.5))
    yield driver
    driver.close()


def touch(faces: VirtualPads, address: int, face: int) -> threading.Thread:
    def wait_and_touch() -> None:
        assert faces.wait_for(lambda: faces.pads[address].asked > 0)
        faces.rate(address, face)

    thread = threading.Thread(target=wait_and_touch)
    thread.start()
    return thread


@pytest.mark.parametrize("face", [1, 5])
def test_a_touched_face_is_the_answer(faces: VirtualPads, rating: RatingPad, face: int) -> None:
    rating.idle(2, "欢迎")
    assert faces.wait_for(lambda: faces.pads[2].text == "欢迎")
    faces.rate(2, 3)  # nobody asks yet
    hand = touch(faces, 2, face)
    assert rating.ask(2, 10.0) == face
    hand.join()


def test_nobody_touches_and_the_pad_goes_back_to_rest(faces: VirtualPads, rating: RatingPad) -> None:
    rating.idle(1, "请稍候")
    assert rating.ask(1, 0.3) is None
    assert faces.wait_for(lambda: faces.pads[1].text == "请稍候" and not faces.pads[1].asked)
    assert rating.ask(9, 5.0) is None
    assert rating.health().condition is Condition.OK


def test_a_newer_question_ends_an_older_and_closing_ends_all(faces: VirtualPads, rating: RatingPad) -> None:
    answers: queue.Queue[int | None] = queue.Queue()
    asking = threading.Thread(target=lambda: answers.put(rating.ask(1, 30.0)))
    asking.start()
    assert faces.wait_for(lambda: faces.pads[1].asked > 0)
    second = threading.Thread(target=lambda: answers.put(rating.ask(1, 30.0)))
    second.start()
    assert answers.get(timeout=10) is None
    rating.close()
    assert answers.get(timeout=10) is None
    asking.join()
    second.join()


def test_a_question_outlives_an_unplugged_cable(faces: VirtualPads, rating: RatingPad) -> None:
    def hand() -> None:
        assert faces.wait_for(lambda: faces.pads[3].asked > 0)
        faces.unplug()
        faces.pads[3].asked = 0
        faces.plug()
        assert faces.wait_for(lambda: faces.pads[3].asked > 0)
        faces.rate(3, 4)

    thread = threading.Thread(target=hand)
    thread.start()
    assert rating.ask(3, 20.0) == 4
    thread.join()


@pytest.fixture
def keyboard(tmp_path: Path) -> Iterator[tuple[str, Callable[[int], None]]]:
    """A pipe with the records of a keypad; no real input device could be made where these tests were written."""
    path = tmp_path / "event-kbd"
    os.mkfifo(path)
    handle = os.open(path, os.O_RDWR)

    def press(code: int) -> None:
        os.write(handle, record(4, 4, code) + record(KEY, code, DOWN) + record(0, 0, 0) + record(KEY, code, UP))

    yield str(path), press
    os.close(handle)


def test_a_usb_keypad_is_a_call_pad(keyboard: tuple[str, Callable[[int], None]], desk: Desk) -> None:
    path, press = keyboard
    pad = open_call_pad("pad", EvdevCallPadOptions(device=path, address=7))
    pad.start(desk.events.put, desk.faults.put)
    try:
        assert desk.fault() == "ok"
        for code in (78, 79, 80, 98, 30):  # + 1 2 / A
            press(code)
        assert desk.event() == PadEvent(7, PadAct.CALL_NEXT)
        assert desk.event() == PadEvent(7, PadAct.TRANSFER, "12")
        pad.display(7, "A012")
        pad.beep(7)
        assert desk.nothing()
    finally:
        pad.close()


def test_a_usb_keypad_is_a_rating_pad(keyboard: tuple[str, Callable[[int], None]]) -> None:
    path, press = keyboard
    for reverse, expected in ((False, 2), (True, 4)):
        pad = open_rating_pad("pad", EvdevRatingPadOptions(device=path, reverse=reverse))
        try:
            assert pad.health().condition is Condition.OK
            assert pad.ask(1, 0.05) is None
            hand = threading.Timer(0.2, lambda: [press(code) for code in (8, 3)])  # 7 is no face, then 2
            hand.start()
            assert pad.ask(1, 10.0) == expected
            hand.join()
        finally:
            pad.close()


def test_a_keypad_that_is_not_there_is_a_status_and_closing_is_quick(desk: Desk, tmp_path: Path) -> None:
    pad = open_call_pad("pad", EvdevCallPadOptions(device=str(tmp_path / "none")))
    pad.start(desk.events.put, desk.faults.put)
    assert desk.fault() == "not_connected"
    begun = time.monotonic()
    pad.close()
    assert time.monotonic() - begun < 5


def test_virtual_pads_are_pressed_through_their_control_line(desk: Desk) -> None:
    pad = open_virtual_call_pads("pads", VirtualCallPadOptions(pads=2, baud=0))
    pad.start(desk.events.put, desk.faults.put)
    try:
        port = pad.control_port  # type: ignore[attr-defined]
        control.tell(port, "press 2 5 transfer")
        assert desk.event() == PadEvent(2, PadAct.TRANSFER, "5")
        for wrong in ("press 9 recall", "press 1 dance", "rate 1 9", "hum", "fault 1 hunger on"):
            with pytest.raises(DeviceError):
                control.tell(port, wrong)
    finally:
        pad.close()
    faces = open_virtual_rating_pads("faces", VirtualRatingPadOptions(pads=1, baud=0))
    try:
        twin = faces.twin  # type: ignore[attr-defined]
        hand = touch(twin, 1, 5)
        assert faces.ask(1, 10.0) == 5
        hand.join()
    finally:
        faces.close()


@pytest.mark.parametrize("frames", ["pad68", "speaking"])
def test_a_cable_full_of_nonsense_is_no_key_and_closing_is_quick(frames: str, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "speaking.toml"
    path.write_text(SPEAKING, encoding="utf-8")
    stop = threading.Event()
    plug = PtyPlug(lambda data: None)

    def babble() -> None:
        while not stop.is_set():
            plug.send(bytes(range(256)) * 4)

    noise = threading.Thread(target=babble)
    noise.start()
    source = str(path) if frames == "speaking" else frames
    driver = open_template("pads", TemplateCallPadOptions(frames=source, port=plug.path, pads="1-3", baud=115200))
    driver.start(desk.events.put, desk.faults.put)
    try:
        assert desk.fault() == "ok"
        if frames == "pad68":
            assert desk.fault() == "pads_silent"
        driver.display(1, "A012")
        assert desk.nothing()
    finally:
        driver.close()
        stop.set()
        noise.join()
        plug.unplug()
