"""Writing a hall and reading it again gives the same hall, and every setting is found on its own line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.config import (
    Calendar,
    Department,
    Hall,
    HallConfig,
    Holiday,
    Hours,
    MakeUpDay,
    MissedPolicy,
    Override,
    Policy,
    PriorityClass,
    Queue,
    Rule,
    Service,
    Step,
    Weekday,
    Window,
    Zone,
)
from contract.ids import ID_PATTERN
from queueserver.hallfile import read, write
from queueserver.hallfile.findings import Path as Where
from queueserver.hallfile.lines import LineIndex

IDS = st.from_regex(ID_PATTERN, fullmatch=True).map(str.strip)
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
LANGUAGES = st.sampled_from(["zh-CN", "en", "ug", "bo", "zh-Hant-TW"])
TEXTS = st.dictionaries(LANGUAGES, WORDS, max_size=3)
TIMES = st.builds(lambda minute: f"{minute // 60:02}:{minute % 60:02}", st.integers(0, 1439))
BANDS = st.lists(st.builds(lambda a, b: f"{a}-{b}", TIMES, TIMES), max_size=2).map(tuple)
MINUTES = st.integers(0, 1440)


def _many(entry: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(entry, max_size=most).map(tuple)


HALLS = st.builds(
    Hall,
    id=IDS,
    name=TEXTS,
    time_zone=WORDS,
    languages=_many(LANGUAGES),
    day_boundary=TIMES,
    slip_advice=TEXTS,
    calendar=st.none() | IDS,
    policy=st.builds(Policy, recalls=st.integers(0, 20), longest_wait_minutes=MINUTES),
)
QUEUES = st.builds(
    Queue,
    id=IDS,
    name=TEXTS,
    prefix=st.from_regex(r"[A-Z]{1,2}", fullmatch=True),
    zone=IDS,
    hours=IDS,
    first=st.integers(0, 9999),
    last=st.integers(1, 9999),
    service_minutes=st.floats(0.001, 480),
    last_ticket_minutes=MINUTES,
    break_ticket_minutes=MINUTES,
    calendar=st.none() | IDS,
    daily_limit=st.none() | st.integers(1, 10**6),
    person_limit=st.none() | st.integers(1, 5),
    party_limit=st.none() | st.integers(1, 99),
    missed=st.sampled_from(MissedPolicy),
)
RULES = st.builds(Rule, queue=IDS, waited_minutes=MINUTES, waiting_at_least=st.integers(0, 99))
CALENDARS = st.builds(
    Calendar,
    id=IDS,
    name=TEXTS,
    holidays=_many(st.builds(Holiday, date=st.dates(), until=st.none() | st.dates(), name=TEXTS)),
    make_up=_many(st.builds(MakeUpDay, date=st.dates(), works_as=st.sampled_from(Weekday))),
)
CONFIGS = st.builds(
    HallConfig,
    hall=HALLS,
    zones=_many(st.builds(Zone, id=IDS, name=TEXTS, floor=WORDS)),
    priority_classes=_many(st.builds(PriorityClass, id=IDS, name=TEXTS, privileged=st.booleans(), hint=TEXTS)),
    hours=_many(st.builds(Hours, id=IDS, mon=BANDS, sun=BANDS)),
    calendars=_many(CALENDARS),
    overrides=_many(st.builds(Override, date=st.dates(), open=BANDS, queues=_many(IDS), note=TEXTS)),
    departments=_many(st.builds(Department, id=IDS, name=TEXTS, icon=WORDS, zone=st.none() | IDS)),
    services=_many(
        st.builds(
            Service,
            id=IDS,
            department=IDS,
            name=TEXTS,
            queue=IDS,
            needs=_many(TEXTS),
            hint=TEXTS,
            hot=st.booleans(),
            requires_document=st.booleans(),
            steps=_many(st.builds(Step, queue=IDS, any_order=st.booleans())),
            after=_many(IDS),
        )
    ),
    queues=_many(QUEUES),
    windows=_many(
        st.builds(
            Window,
            id=IDS,
            label=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8),
            name=TEXTS,
            zone=IDS,
            serves=_many(IDS),
            rules=_many(RULES),
        )
    ),
)

PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(CONFIGS)
def test_what_is_written_reads_back_equal_and_writes_the_same_again(config: HallConfig) -> None:
    text = write(config)
    again = HallConfig.model_validate(tomllib.loads(text))
    assert again == config
    assert write(again) == text


@PATIENT
@given(CONFIGS)
def test_every_setting_is_found_on_the_line_where_it_stands(config: HallConfig) -> None:
    _assert_lines(write(config))


@PATIENT
@given(CONFIGS)
def test_lines_are_found_in_the_style_of_other_writers_too(config: HallConfig) -> None:
    _assert_lines(tomlkit.dumps(config.model_dump(mode="json", exclude_none=True)))


def _assert_lines(text: str) -> None:
    index, lines = LineIndex(text), text.split("\n")
    for path in _paths(tomllib.loads(text)):
        line = lines[index.line(path) - 1]
        key = next(part for part in reversed(path) if isinstance(part, str))
        if path[-1] == key:
            assert key in line, (path, line)


def _paths(value: Any, path: Where = ()) -> Iterator[Where]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


STYLES = '''# a comment with = and [brackets]
title = """
one [two]
three = 3
\\""""
"quoted key" = 'C:\\temp'  # behind
[hall]
name.zh-CN = "点"  # dotted
name.en = "dot"
policy = { recalls = 3, nested = { deep = [1, 2, [3]] } }

[[queues]]
id = "a"
[queues.name]
en = "A"
[[queues]]
id = "b"
serves = [
  "x", # a ] in a comment
  "]",

  """y
""",
  { id = "z" },
]
\tindented = 2026-10-01 12:00:00
[[queues.rules]]
queue = "c"
[[queues.rules]]
queue = "d"
'''

WHERE: dict[Where, int] = {
    ("title",): 2,
    ("quoted key",): 6,
    ("hall",): 7,
    ("hall", "name", "zh-CN"): 8,
    ("hall", "name", "en"): 9,
    ("hall", "policy", "nested", "deep", 2, 0): 10,
    ("queues", 0): 12,
    ("queues", 0, "name"): 14,
    ("queues", 0, "name", "en"): 15,
    ("queues", 1): 16,
    ("queues", 1, "serves", 0): 19,
    ("queues", 1, "serves", 1): 20,
    ("queues", 1, "serves", 2): 22,
    ("queues", 1, "serves", 3, "id"): 24,
    ("queues", 1, "indented"): 26,
    ("queues", 1, "rules", 1, "queue"): 30,
    ("queues", 1, "missing"): 16,
    ("queues", 0, "name", "zh-CN"): 14,
    ("nothing", "here"): 1,
}


def test_every_style_of_toml_is_followed() -> None:
    tomllib.loads(STYLES)
    index = LineIndex(STYLES)
    assert {path: index.line(path) for path in WHERE} == WHERE


def test_windows_line_ends_do_not_shift_lines() -> None:
    index = LineIndex(STYLES.replace("\n", "\r\n"))
    assert index.line(("queues", 1, "serves", 3, "id")) == 24


def test_defaults_are_left_out_but_what_people_look_for_is_written() -> None:
    text = write(_small())
    assert "daily_limit" not in text
    assert "requires_document" not in text
    assert 'time_zone = "Asia/Shanghai"' in text
    assert 'missed = "clerk"' in text
    assert "privileged_per_ordinary = 2" in text


def _small() -> HallConfig:
    config = read(resources.files("examples").joinpath("small-hall.toml").read_text(encoding="utf-8")).config
    assert config is not None
    return config


def test_an_empty_list_of_entries_survives() -> None:
    empty = _small().model_copy(update={"services": (), "overrides": ()})
    assert HallConfig.model_validate(tomllib.loads(write(empty))) == empty
