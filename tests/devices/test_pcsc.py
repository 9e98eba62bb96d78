"""The PC/SC driver on the real pcscd: cards come and go, documents open with their lines, the service may end."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import psutil
import pytest

from hardware import registry
from hardware.cardreaders import travel
from hardware.cardreaders.pcsc import PcscOptions, PcscReader, Service, readers
from hardware.cardreaders.virtualcard import SocialSecurityCard, StaffCard, TravelDocument
from hardware.errors import CardError, DeviceError, OptionError
from hardware.ports import Card, Condition, Health
from tests.devices import pcsc_bench
from tests.devices.pcsc_bench import PcscBench

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.skipif(bool(pcsc_bench.why_not()), reason=pcsc_bench.why_not() or "everything is there"),
]
LINES = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
OTHERS = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
NUMBER = "11010519491231002X"


class Desk:
    """Whoever listens to the reader; one line, because the order of cards and faults is part of what is tested."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Card | Health] = queue.Queue()

    def card(self) -> Card:
        heard = self.heard.get(timeout=10)
        assert isinstance(heard, Card), heard
        return heard

    def fault(self) -> str:
        heard = self.heard.get(timeout=10)
        assert isinstance(heard, Health), heard
        return heard.code


@pytest.fixture(scope="module")
def daemon() -> Iterator[PcscBench]:
    bench = PcscBench()
    bench.start()
    yield bench
    bench.close()


@pytest.fixture
def bench(daemon: PcscBench) -> Iterator[PcscBench]:
    yield daemon
    daemon.remove()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def watch(desk: Desk) -> Iterator[Callable[..., PcscReader]]:
    opened: list[PcscReader] = []

    def start(**options: object) -> PcscReader:
        reader = PcscReader("cards", PcscOptions(**({"retry": 0.1} | options)))  # type: ignore[arg-type]
        opened.append(reader)
        reader.start(desk.heard.put, desk.heard.put)
        return reader

    yield start
    for reader in opened:
        reader.close()


def test_a_social_security_card_says_whose_it_is(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    watch()
    assert desk.fault() == "ok"
    name = "阿卜杜热合曼·买买提依明阿卜杜拉"
    bench.insert(SocialSecurityCard(NUMBER, name, sex="2"))
    assert desk.card() == Card("social_security", NUMBER, name, birth="19491231", sex="female")


def test_a_card_that_lies_there_already_is_read_at_the_start(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    bench.insert(SocialSecurityCard(NUMBER, "张伟"))
    watch()
    assert desk.fault() == "ok"
    assert desk.card().name == "张伟"


def test_each_placement_is_told_once(bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]) -> None:
    watch()
    assert desk.fault() == "ok"
    for _ in range(3):
        bench.insert(SocialSecurityCard(NUMBER, "张伟"))
        assert desk.card().name == "张伟"
        with pytest.raises(queue.Empty):
            desk.heard.get(timeout=0.6)
        bench.remove()


def test_a_passport_asks_for_its_lines_and_is_read_when_they_come(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    reader = watch()
    assert desk.fault() == "ok"
    passport = TravelDocument(LINES)
    bench.insert(passport)
    assert desk.fault() == "mrz_needed"
    assert reader.unlock(LINES)
    assert desk.card() == Card("passport", "L898902C3", "ERIKSSON ANNA MARIA", birth="19740812", sex="female")
    assert not passport.portrait_was_read


def test_lines_may_come_before_the_document(bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]) -> None:
    reader = watch()
    assert desk.fault() == "ok"
    reader.unlock(LINES.replace("\n", ""))
    bench.insert(TravelDocument(LINES))
    assert desk.card().document == "L898902C3"


def test_the_lines_of_another_document_do_not_open_it_and_are_forgotten(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    reader = watch()
    assert desk.fault() == "ok"
    reader.unlock(OTHERS)
    bench.insert(TravelDocument(LINES))
    assert desk.fault() == "wrong_key"
    bench.remove()
    bench.insert(TravelDocument(LINES))
    assert desk.fault() == "mrz_needed"


def test_lines_that_cannot_be_right_are_refused_at_once(watch: Callable[..., PcscReader]) -> None:
    with pytest.raises(CardError) as refused:
        watch().unlock(LINES.replace("L898902C36", "L898902C37"))
    assert refused.value.code == "bad_mrz"


@pytest.mark.parametrize(
    "card",
    [
        StaffCard(b"\x04\xa1\xb2\xc3"),
        SocialSecurityCard(NUMBER, "张伟", pin=True),
        SocialSecurityCard("110105194912310021", "张伟"),
    ],
)
def test_what_tells_no_holder_is_unreadable(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader], card: StaffCard | SocialSecurityCard
) -> None:
    watch()
    assert desk.fault() == "ok"
    bench.insert(card)
    assert desk.fault() == "unreadable"


def test_a_staff_cards_number_is_told_only_by_a_reader_for_it(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    watch(read="uid")
    assert desk.fault() == "ok"
    bench.insert(StaffCard(b"\x04\xa1\xb2\xc3"))
    assert desk.card() == Card("uid", "04A1B2C3")


def test_the_service_dies_with_a_card_in_and_comes_back(
    bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]
) -> None:
    reader = watch()
    assert desk.fault() == "ok"
    bench.insert(SocialSecurityCard(NUMBER, "张伟"))
    assert desk.card().name == "张伟"
    bench.kill()
    assert desk.fault() == "service_missing"
    assert reader.health().condition is Condition.DOWN
    bench.start()
    assert desk.fault() == "ok"
    bench.insert(SocialSecurityCard("440524188001010014", "李娜"))
    assert desk.card().name == "李娜"


def test_watching_begins_before_the_service(bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]) -> None:
    bench.kill()
    watch()
    assert desk.fault() == "service_missing"
    bench.start()
    assert desk.fault() == "ok"


def test_a_reader_that_is_not_there_is_named(bench: PcscBench, desk: Desk, watch: Callable[..., PcscReader]) -> None:
    reader = watch(reader="ACS ACR1252")
    assert desk.fault() == "not_connected"
    assert "Virtual PCD 00 00" in reader.health().detail


def test_the_readers_of_this_machine_are_listed(bench: PcscBench) -> None:
    assert readers() == ["Virtual PCD 00 00", "Virtual PCD 00 01"]


def test_a_card_taken_away_while_it_is_read(bench: PcscBench) -> None:
    bench.insert(TravelDocument(LINES))
    service = Service("")
    while not (service.changed(1000) and service.has_card):
        pass
    with service.card() as card:
        assert travel.is_present(card)
        bench.remove()
        with pytest.raises(DeviceError):
            travel.is_present(card)
    service.close()


def test_reading_over_and_over_leaves_nothing_behind(bench: PcscBench) -> None:
    bench.insert(SocialSecurityCard(NUMBER, "张伟"))
    service = Service("")
    while not (service.changed(1000) and service.has_card):
        pass
    own = psutil.Process()
    before = own.num_fds(), own.num_threads()
    reader = PcscReader("cards", PcscOptions())
    for _ in range(200):
        with service.card() as card:
            found = reader._read(card)
    assert found is not None
    assert found.name == "张伟"
    assert (own.num_fds(), own.num_threads()) == before
    service.close()


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(OptionError, match="read"):
        registry.check("cardreader", {"driver": "pcsc", "read": "photo"})
