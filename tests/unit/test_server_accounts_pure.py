"""Masks, hashes, codes, ids and lock-out as pure functions."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.accounts.documents import (
    DocumentKeeper,
    KeyFileError,
    load_or_create_key,
    masked_name,
    masked_number,
    masked_phone,
)
from queueserver.accounts.lockout import Lockout
from queueserver.accounts.passwords import hash_password, is_right
from queueserver.accounts.roles import DEVICE_ROLES, EVERYBODY, PERSON_ROLES
from queueserver.accounts.secrets import derived_bearer, mqtt_hash, new_code, plain_code
from queueserver.clock import SystemClock, Ulids
from queueserver.domain.errors import DomainError


class SetClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("欧阳娜娜", "欧***"), ("张", "*"), ("John Smith", "J*** S****"), ("", ""), ("  李 雷 ", "* *")],
)
def test_of_a_name_the_first_character_stays(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110***********002X"),
        ("E12345678", "E******78"),
        ("123456", "1****6"),
        ("1234", "***4"),
        ("1234567890123", "123********23"),
    ],
)
def test_of_a_number_the_ends_stay(number: str, masked: str) -> None:
    assert masked_number(number) == masked


@given(st.text(alphabet="0123456789ABCDEFX", min_size=4, max_size=40))
def test_at_least_half_of_every_number_is_hidden(number: str) -> None:
    masked = masked_number(number)
    assert len(masked) == len(number)
    assert masked.count("*") * 2 >= len(number)


@given(st.text(max_size=60))
def test_no_name_passes_the_mask_whole(name: str) -> None:
    masked = masked_name(name)
    words = name.split()
    assert [word[1:] for word in masked.split()] == ["*" * (len(word) - 1) for word in words]


@pytest.mark.parametrize(
    ("phone", "masked"), [("138 0013 8000", "138****8000"), ("+86 13800138000", "861******8000"), ("12345", "***45")]
)
def test_of_a_phone_number_the_ends_stay(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


def test_one_citizen_is_one_person_on_every_card() -> None:
    keeper = DocumentKeeper(b"k" * 32)
    number = "11010519491231002X"
    assert keeper.hash("resident", number) == keeper.hash("social_security", " 110105-19491231-002x ")
    assert keeper.hash("passport", "E12345678") != keeper.hash("other", "E12345678")
    assert keeper.hash("resident", number) != DocumentKeeper(b"j" * 32).hash("resident", number)
    assert number not in keeper.hash("resident", number)


def test_the_document_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "document.key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert load_or_create_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "abcd", "zz" * 32, "aa" * 33])
def test_a_damaged_key_is_refused_not_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "document.key"
    path.write_text(content)
    with pytest.raises(KeyFileError, match="damaged"):
        load_or_create_key(path)
    assert path.read_text() == content


def test_passwords() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert is_right(stored, "correct horse")
    assert not is_right(stored, "Correct horse")
    assert not is_right(None, "correct horse")
    assert not is_right("", "correct horse")
    assert not is_right(None, "nobody has this password")


def test_the_mqtt_hash_is_mosquittos() -> None:
    empty, kind, rounds, salt, key = mqtt_hash("secret").split("$")
    made = hashlib.pbkdf2_hmac("sha512", b"secret", base64.b64decode(salt), int(rounds), 64)
    assert (empty, kind, base64.b64decode(key)) == ("", "7", made)
    assert mqtt_hash("secret") != mqtt_hash("secret")


def test_codes_are_typed_as_people_type() -> None:
    code = new_code()
    assert plain_code(code.lower().replace("-", " ")) == plain_code(code)
    assert not set(plain_code(code)) & set("01OIL")
    key = b"k" * 32
    assert derived_bearer(key, code, "one") == derived_bearer(key, code.lower(), "one")
    assert (
        len({derived_bearer(key, code, "one"), derived_bearer(key, code, "two"), derived_bearer(key, "X", "one")}) == 3
    )


def test_every_role_belongs_to_people_or_devices() -> None:
    assert not set(DEVICE_ROLES) & set(PERSON_ROLES)
    assert {*DEVICE_ROLES, *PERSON_ROLES} == EVERYBODY


def test_the_lock_out_doubles_and_is_forgiven() -> None:
    clock = SetClock()
    lockout = Lockout(clock)

    def wait() -> int:
        try:
            lockout.check("user li.na")
        except DomainError as refusal:
            return int(refusal.params["seconds"]) if refusal.code == "too_many_attempts" else -1
        return 0

    waits = []
    for _ in range(14):
        lockout.failed("user li.na")
        waits.append(wait())
        clock.time += timedelta(seconds=waits[-1])
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:7] == [16, 31, 61]
    assert max(waits) == 901
    lockout.failed("user li.na")
    clock.time -= timedelta(days=400)
    assert wait() == 901, "nobody is locked out for a year because a clock was set back"
    clock.time += timedelta(seconds=901)
    assert wait() == 0
    lockout.check("user other")
    lockout.succeeded("user li.na")
    lockout.failed("user li.na")
    assert wait() == 0


def test_ids_are_sorted_by_time_even_when_the_clock_goes_back() -> None:
    clock = SetClock()
    ids = Ulids(clock, lambda _: 7)
    made = [ids()]
    for step in (1, 0, 0, -5000, 0, 5001):
        clock.time += timedelta(milliseconds=step)
        made.append(ids())
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(len(one) == 26 for one in made)
    assert Ulids(clock, lambda _: 0)().endswith("0" * 16)


def test_the_system_clock_gives_whole_milliseconds() -> None:
    now = SystemClock().now()
    assert now.microsecond % 1000 == 0
    assert now.tzinfo is UTC
