"""The contract's own promises: strict requests, known codes, topics and keys that fit, settings in their order."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from contract import topics
from contract.bodies import Document, Postpone, TakeTicket
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, SAMPLE_HALL
from contract.config import HallConfig, text_for
from contract.errors import REFUSALS, HallError, english
from contract.events import EVENT_DATA, WireEvent
from contract.ids import is_idempotency_key, new_idempotency_key
from contract.settings import PartSettings, SettingsError


def test_a_request_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        TakeTicket.model_validate({"service": "pension", "colour": "red"})


@pytest.mark.parametrize("service", ["", "Pension", "a b", "../x", "a" * 49, "-x", "社保"])
def test_an_id_is_safe_in_an_address_and_a_topic(service: str) -> None:
    with pytest.raises(ValidationError):
        TakeTicket(service=service)


@pytest.mark.parametrize("places", [-1, 1000])
def test_places_have_bounds(places: int) -> None:
    with pytest.raises(ValidationError):
        Postpone(places=places)


def test_a_document_number_is_stripped_and_not_too_short() -> None:
    assert Document(kind="passport", number="  E12345678 ").number == "E12345678"
    with pytest.raises(ValidationError):
        Document(kind="passport", number=" 1 ")


def test_every_code_has_an_http_status_and_a_sentence() -> None:
    for code, refusal in REFUSALS.items():
        assert 400 <= refusal.status < 600, code
        assert refusal.sentence.endswith("."), code


def test_an_error_says_its_sentence_and_keeps_a_missing_parameter_visible() -> None:
    assert str(HallError("window_busy", {"number": "A001"})) == "Ticket A001 is still at this window."
    assert english("window_busy", {}) == "Ticket number is still at this window."
    assert english("brand_new", {}) == "brand_new"
    assert HallError("brand_new").status == 500


def test_topics_of_one_hall_never_reach_another() -> None:
    built = (
        topics.events("a"),
        topics.window_state("a"),
        topics.queue_state("a"),
        topics.presence("a", "d"),
        topics.device_commands("a", "d"),
        topics.device_replies("a", "d"),
    )
    assert all(topic.startswith("hall/a/") for topic in built)
    assert len(set(built)) == len(built)


def test_keys_are_usable_and_new() -> None:
    keys = [new_idempotency_key() for _ in range(100)]
    assert all(is_idempotency_key(key) for key in keys)
    assert len(set(keys)) == 100


@pytest.mark.parametrize("key", ["", "short", "with space 12", "ümlaut-12345", "x" * 129, "line\nbreak12"])
def test_a_bad_key_is_refused(key: str) -> None:
    assert not is_idempotency_key(key)


def test_an_event_of_a_newer_server_is_read_as_far_as_it_is_known() -> None:
    known = FakeHall()
    known.take_ticket(TakeTicket(service="pension"))
    raw = known.events(0).events[0].model_dump(mode="json")
    newer = WireEvent.model_validate({**raw, "extra": 1, "data": {**raw["data"], "extra": 2}})
    assert newer.parsed() is not None
    assert WireEvent.model_validate({**raw, "type": "ticket.teleported"}).parsed() is None


def test_an_event_of_another_major_version_is_refused() -> None:
    known = FakeHall()
    known.take_ticket(TakeTicket(service="pension"))
    raw = known.events(0).events[0].model_dump(mode="json")
    with pytest.raises(ValidationError):
        WireEvent.model_validate({**raw, "specversion": "2.0"})


def test_no_event_has_room_for_a_person() -> None:
    forbidden = {"document", "phone", "person", "name", "holder"}
    for event_type, model in EVENT_DATA.items():
        assert not forbidden & set(model.model_fields), event_type


def test_the_sample_hall_survives_being_written_down() -> None:
    assert HallConfig.model_validate_json(SAMPLE_HALL.model_dump_json()) == SAMPLE_HALL


def test_a_text_falls_back_to_what_there_is() -> None:
    texts = {"zh-CN": "社保", "en": "Pensions"}
    assert [text_for(texts, lang) for lang in ("zh-CN", "en-GB", "fr")] == ["社保", "Pensions", "Pensions"]
    assert text_for({"zh-CN": "社保"}, "fr") == "社保"
    assert text_for({}, "en") == ""


# ------------------------------------------------------------------------------------------------ settings


class Sample(PartSettings):
    part: ClassVar[str] = "sample"

    server: str = "http://default"
    port: int = 1
    quiet: bool = False
    token: SecretStr = SecretStr("")


def test_flags_outrank_the_environment_and_that_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "hall.toml"
    file.write_text('[sample]\nserver = "http://file"\nport = 2\nquiet = true\n[other]\nx = 1\n', encoding="utf-8")
    assert Sample.load().server == "http://default"
    assert Sample.load(file).server == "http://file"
    monkeypatch.setenv("HALL_SERVER", "http://environment")
    assert Sample.load(file).server == "http://environment"
    loaded = Sample.load(file, {"server": "http://flag"})
    assert (loaded.server, loaded.port, loaded.quiet) == ("http://flag", 2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sample]\nport = 'x'\n", "port"),
        ("[sample]\ncolour = 'red'\n", "colour"),
        ("[sample\n", "not valid TOML"),
        ("sample = 1\n", "must be a table"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says) as caught:
        Sample.load(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        Sample.load(tmp_path / "none.toml")


def test_print_config_hides_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        Sample.from_arguments(["--token", "very-secret", "--print-config"], "a sample")
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert "very-secret" not in said
    assert "http://default" in said


def test_wrong_usage_ends_with_two_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        Sample.from_arguments(["--port", "many"], "a sample")
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# ------------------------------------------------------------------------------------------------ the fake's knobs


def test_the_knobs_of_the_fake_hall() -> None:
    hall = FakeHall()
    heard: list[WireEvent] = []
    hall.subscribe(heard.append)
    hall.close_queue("social")
    with pytest.raises(HallError, match="closed"):
        hall.take_ticket(TakeTicket(service="pension"))
    hall.close_queue("social", closed=False)
    hall.fill_queue("tax")
    with pytest.raises(HallError, match="taken"):
        hall.take_ticket(TakeTicket(service="invoices"))
    hall.go_offline()
    for ask in (hall.snapshot, lambda: hall.take_ticket(TakeTicket(service="pension"))):
        with pytest.raises(HallError, match="cannot be reached"):
            ask()
    hall.come_back()
    hall.lose_next_answer()
    with pytest.raises(HallError, match="cannot be reached"):
        hall.take_ticket(TakeTicket(service="pension"), "one-touch")
    assert hall.take_ticket(TakeTicket(service="pension"), "one-touch").number == "A001"
    assert [event.type for event in heard] == ["ticket.issued"]


@given(st.lists(st.sampled_from(["take", "next", "start", "finish", "no_show", "hold", "back", "recall"]), max_size=40))
def test_the_fake_hall_keeps_its_own_rules(acts: list[str]) -> None:
    hall = FakeHall()
    hall.login(CHIEF.user, CHIEF.password)
    hall.open_window("w2")
    codes: set[str] = set()
    for act in acts:
        try:
            match act:
                case "take":
                    hall.take_ticket(TakeTicket(service="pension"))
                case "next":
                    hall.call_next("w2")
                case "back":
                    view = hall.window("w2")
                    for entry in (*view.held, *view.missed)[:1]:
                        hall.call_back("w2", entry.id)
                case _:
                    getattr(hall, act)("w2")
        except HallError as refused:
            codes.add(refused.code)
    assert codes <= set(REFUSALS)
    page = hall.events(0, 1000)
    assert [event.sequence for event in page.events] == list(range(1, page.last + 1))
    shown = [window.ticket.number for window in hall.snapshot().windows if window.ticket]
    assert len(shown) == len(set(shown))


def test_a_settings_file_is_forgotten_once_it_was_read(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text('[lamp]\nport = 1\n[lamp.shade]\ncolour = "red"\n', encoding="utf-8")

    class Lamp(PartSettings):
        part: ClassVar[str] = "lamp"
        port: int = 7

    with pytest.raises(SettingsError, match="shade"):
        Lamp.load(file)
    assert Lamp.load().port == 7
    assert Lamp().port == 7
