"""Every rule of a hall file is broken once: the finding names the line, what is wrong and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from contract.config import HallConfig
from queueserver.hallfile import Finding, HallFileError, findings_in, load, read, read_file
from queueserver.hallfile.findings import SENTENCES
from queueserver.hallfile.wording import OF_CALLING
from tests.unit.test_hallfile_slots import CODES as SLOTS_CODES

GOOD = resources.files("examples").joinpath("small-hall.toml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Broken:
    """`old` becomes `new` in the good file; the finding `code` then stands on the line that contains `at`."""

    code: str
    old: str
    new: str
    at: str
    says: str
    where: str = ""
    nth: int = 1
    also: tuple[str, str] = ("", "")


ONE_WINDOW = 'serves = ["general"]'
RULE = 'rules = [{ queue = "general", waited_minutes = 15 }]'
THIRD_QUEUE = """[[queues]]
id = "third"
name = { zh-CN = "三", en = "Third" }
prefix = "C"
zone = "main"
hours = "weekdays"

[[windows]]"""
FIRST_SERVICE = 'queue = "general"'
FIRST_REST = GOOD[GOOD.index(FIRST_SERVICE) + len(FIRST_SERVICE) : GOOD.index('[[queues]]\nid = "insurance"')]
ORDINARY = GOOD[GOOD.index("[[priority_classes]]") : GOOD.index("[[hours]]")]
SECOND_ZONE = (
    '[[zones]]\nid = "upstairs"\nname = { zh-CN = "楼上", en = "Upstairs" }\n\n[[priority_classes]]\nid = "ordinary"'
)
CLASSES = '[[priority_classes]]\nid = "ordinary"'
OVERRIDE = "[[overrides]]\ndate = 2027-01-01\n"
MONDAY = 'mon = ["09:00-12:00", "13:30-17:00"]'
EN_NAME = ', en = "Waiting area" }'
CALENDAR = '[[calendars]]\nid = "state"\nname = { zh-CN = "法定节假日", en = "Public holidays" }\n'
OVERRIDE_OPEN = (
    "last_ticket_minutes = 15",
    'last_ticket_minutes = 60\n\n[[overrides]]\ndate = 2027-01-02\nopen = ["09:00-10:00"]',
)


def calendar(days: str, at: str = "") -> tuple[str, str, str]:
    """The file with a calendar that the hall keeps: old, new, and where the finding is expected."""
    return "[hall]\n", f'{CALENDAR}{days}\n\n[hall]\ncalendar = "state"\n', at or days.split(" ", maxsplit=1)[0] + " ="


def steps(entries: str) -> str:
    """The first service with further steps."""
    return f"{FIRST_SERVICE}\nsteps = [{entries}]"


BROKEN = [
    Broken("syntax", 'id = "main"', "id = “main”", "id = “main”", "full-width “"),
    Broken("syntax", 'id = "main"', 'id ＝ "main"', "id ＝", "half-width ="),
    Broken("syntax", 'id = "main"', "id = main", "id = main", "text stands in quotes"),
    Broken("syntax", 'id = "main"', 'id = "main', 'id = "main', "missing quote"),
    Broken("syntax", 'id = "main"', 'id = "main"\nid = "main"', 'id = "main"', "written twice", nth=2),
    Broken("syntax", MONDAY, MONDAY[:-1], "tue =", "list is not closed"),
    Broken("missing_section", '[[hours]]\nid = "weekdays"', '[[hour]]\nid = "weekdays"', "# The smallest", "[[hours]]"),
    Broken("missing_field", 'prefix = "A"\n', "", "[[queues]]", "has no 'prefix'", "queues[0].prefix"),
    Broken("unknown_field", 'prefix = "A"', 'prefix = "A"\nprefixx = "A"', "prefixx", "did you mean 'prefix'?"),
    Broken("unknown_field", 'icon = "people"', 'colour = "red"', "colour", "it may have: 'id', 'name'"),
    Broken("unknown_field", "waited_minutes = 15", "waited = 15", "waited = 15", "did you mean 'waited_minutes'?"),
    Broken("bad_id", 'id = "community"', 'id = "The Community"', "The Community", "'the-community'"),
    Broken("bad_id", 'id = "community"', 'id = "社区"', "社区", "at most 48"),
    Broken("bad_prefix", 'prefix = "A"', 'prefix = "a"', 'prefix = "a"', "e.g. 'A'"),
    Broken("bad_prefix", 'prefix = "A"', 'prefix = "A1"', 'prefix = "A1"', "capital letters"),
    Broken("bad_band", MONDAY, 'mon = ["9:00-12:00"]', "mon =", "did you mean '09:00-12:00'?", "hours[0].mon[0]"),
    Broken("bad_band", MONDAY, 'mon = ["09:00—12：00"]', "mon =", "did you mean '09:00-12:00'?"),
    Broken("bad_band", MONDAY, 'mon = ["morning"]', "mon =", "HH:MM-HH:MM"),
    Broken("bad_clock_time", "[hall]", '[hall]\nday_boundary = "4:00"', "day_boundary", "did you mean '04:00'?"),
    Broken("bad_language", 'en = "Community services"', 'en_US = "Community services"', "en_US", "'en-US'"),
    Broken("bad_language", "[hall]", '[hall]\nlanguages = ["zh-CN", "English!"]', "languages", "not a language tag"),
    Broken("bad_date", CLASSES, f'[[overrides]]\ndate = "1 May"\n{CLASSES}', "1 May", "without quotes"),
    Broken("skill_nobody_has", "hot = true", 'hot = true\nskill = "notary"', "skill =", "would never be called"),
    Broken(
        "skill_nobody_has",
        "hot = true",
        'hot = true\nskill = "notari"',
        "skill =",
        "did you mean 'notary'?",
        also=("[[windows]]", '[[staff]]\nid = "li.na"\nskills = ["notary"]\n\n[[windows]]'),
    ),
    Broken(
        "skill_unused",
        "[[windows]]",
        '[[staff]]\nid = "li.na"\nskills = ["notary"]\n\n[[windows]]',
        "skills =",
        "which no service asks for",
        "staff[0].skills[0]",
    ),
    Broken(
        "staff_language",
        "[[windows]]",
        '[[staff]]\nid = "li.na"\nlanguages = ["fr", "en-GB"]\n\n[[windows]]',
        "languages =",
        "speaks 'fr'",
    ),
    Broken("not_text", 'label = "1"', "label = 1", "label = 1", 'put it in quotes: "1"'),
    Broken("not_texts", 'name = { zh-CN = "等候区"' + EN_NAME, 'name = "等候区"', 'name = "等候区"', "zh-CN ="),
    Broken("not_number", 'prefix = "A"', 'prefix = "A"\nservice_minutes = "long"', "service_minutes", "a number"),
    Broken("not_whole_number", 'prefix = "A"', 'prefix = "A"\nfirst = 1.5', "first", "a whole number, not 1.5"),
    Broken("not_true_false", "hot = true", 'hot = "perhaps"', "hot =", "true or false"),
    Broken("not_list", ONE_WINDOW, 'serves = "general"', 'serves = "general"', 'serves = ["general"]'),
    Broken("not_entries", "[[hours]]", "[hours]", "[hours]", "[[hours]]"),
    Broken("not_table", "rules = [{ ", 'rules = ["general", { ', "rules =", "must be a table of settings"),
    Broken("out_of_range", 'prefix = "A"', 'prefix = "A"\ndigits = 9', "digits", "at most 4"),
    Broken("out_of_range", 'prefix = "A"', 'prefix = "A"\nservice_minutes = 0', "service_minutes", "more than 0"),
    Broken("not_one_of", 'prefix = "A"', 'prefix = "A"\nmissed = "postpon"', "missed", "did you mean 'postpone'?"),
    Broken("not_one_of", 'prefix = "A"', 'prefix = "A"\nmissed = "xyz"', "missed", "'requeue', 'postpone'"),
    Broken("wrong_length", 'label = "1"', 'label = "number one"', "number one", "at most 8 characters"),
    Broken("unknown_reference", 'zone = "main"', 'zone = "mian"', "mian", "did you mean 'main'?", "queues[0].zone"),
    Broken("unknown_reference", 'queue = "insurance"', 'queue = "xyz"', "xyz", "there is: 'general', 'insurance'"),
    Broken("unknown_reference", RULE, 'rules = [{ queue = "generl" }]', "generl", "unknown queue 'generl'"),
    Broken("duplicate_id", 'id = "insurance"', 'id = "general"', 'id = "general"', "first on line", nth=2),
    Broken("repeated_reference", ONE_WINDOW, 'serves = ["general", "general"]', 'general", "gen', "twice"),
    Broken("same_label", 'label = "2"', 'label = "1"', 'label = "1"', "as window 'w1'", nth=2),
    Broken(
        "no_ordinary_class",
        'en = "Ordinary" }',
        'en = "Ordinary" }\nprivileged = true',
        "[[priority_classes]]",
        "ordinary visitors",
    ),
    Broken(
        "no_class",
        ORDINARY,
        "",
        "priority_classes = []",
        "add one for ordinary",
        also=("schema_version = 1\n", "schema_version = 1\npriority_classes = []\n"),
    ),
    Broken(
        "queue_not_served", 'serves = ["insurance", "general"]', 'serves = ["general"]', 'id = "insurance"', "for ever"
    ),
    Broken("queue_unused", "[[windows]]", THIRD_QUEUE, 'id = "third"', "remove it"),
    Broken("queue_without_service", 'queue = "insurance"', 'queue = "general"', 'id = "insurance"', "by transfer"),
    Broken("window_serves_nothing", ONE_WINDOW, "serves = []", "serves = []", "at least one"),
    Broken("rule_not_served", 'serves = ["insurance", "general"]', 'serves = ["insurance"]', RULE, "add 'general'"),
    Broken(
        "department_empty",
        CLASSES,
        f'[[departments]]\nid = "empty"\nname = {{ zh-CN = "空", en = "Empty" }}\n{CLASSES}',
        'id = "empty"',
        "no service",
    ),
    Broken("unused", CLASSES, SECOND_ZONE, 'id = "upstairs"', "nothing uses zone 'upstairs'"),
    Broken(
        "window_elsewhere",
        CLASSES,
        SECOND_ZONE,
        'serves = ["insurance", "general"]',
        "serve queue 'insurance'",
        also=('zone = "main"\nserves = ["insurance"', 'zone = "upstairs"\nserves = ["insurance"'),
    ),
    Broken(
        "unknown_reference",
        FIRST_SERVICE,
        steps('{ queue = "taxes" }'),
        "steps =",
        "unknown queue 'taxes'",
        "services[0].steps[0].queue",
    ),
    Broken(
        "unknown_reference", FIRST_SERVICE, f'{FIRST_SERVICE}\nafter = ["golf"]', "after =", "unknown service 'golf'"
    ),
    Broken("unknown_field", FIRST_SERVICE, steps('{ queue = "insurance", then = 1 }'), "steps =", "any_order"),
    Broken("step_repeated", FIRST_SERVICE, steps('{ queue = "general" }'), "steps =", "'general' twice in a row"),
    Broken(
        "step_repeated",
        FIRST_SERVICE,
        steps('{ queue = "insurance" }, { queue = "insurance", any_order = true }'),
        "steps =",
        "'insurance' twice in a row",
        "services[0].steps[1].queue",
    ),
    Broken(
        "queue_not_served",
        "[[windows]]",
        THIRD_QUEUE,
        'id = "third"',
        "for ever",
        also=(FIRST_SERVICE, steps('{ queue = "third" }')),
    ),
    Broken(
        "steps_never_together",
        CLASSES,
        f'[[hours]]\nid = "sundays"\nsun = ["09:00-12:00"]\n{CLASSES}',
        "steps =",
        "'general', 'insurance', which are never all open",
        also=(
            FIRST_SERVICE + FIRST_REST,
            steps('{ queue = "insurance" }') + FIRST_REST.replace('"weekdays"', '"sundays"'),
        ),
    ),
    Broken(
        "services_in_circle",
        FIRST_SERVICE,
        f'{FIRST_SERVICE}\nafter = ["social-insurance"]',
        'after = ["social-insurance"]',
        "residence-proof -> social-insurance -> residence-proof",
        also=('queue = "insurance"\nhot', 'queue = "insurance"\nafter = ["residence-proof"]\nhot'),
    ),
    Broken(
        "range_reversed", 'prefix = "A"', 'prefix = "A"\nfirst = 9\nlast = 3', "first = 9", "first is 9, but last is 3"
    ),
    Broken("number_too_long", 'prefix = "A"', 'prefix = "A"\nlast = 1000', "last = 1000", "digits = 4 or last = 999"),
    Broken("numbers_overlap", 'prefix = "B"', 'prefix = "A"\nfirst = 500', 'prefix = "A"', "both give out A500", nth=2),
    Broken("digits_differ", 'prefix = "B"', 'prefix = "A"\ndigits = 4', 'prefix = "A"', "the same digits", nth=2),
    Broken("limit_above_range", 'prefix = "A"', 'prefix = "A"\ndaily_limit = 1000', "daily_limit", "only 999 numbers"),
    Broken("unknown_time_zone", "[hall]", '[hall]\ntime_zone = "Asia/Shangai"', "time_zone", "'Asia/Shanghai'"),
    Broken(
        "unknown_time_zone", "[hall]", '[hall]\ntime_zone = "Asia/Beijing"', "time_zone", "did you mean 'Asia/Shanghai'"
    ),
    Broken("band_reversed", MONDAY, 'mon = ["12:00-09:00"]', "mon =", "ends before it begins"),
    Broken("bands_overlap", MONDAY, 'mon = ["09:00-12:00", "11:59-17:00"]', "mon =", "overlaps '09:00-12:00'"),
    Broken("boundary_in_hours", "[hall]", '[hall]\nday_boundary = "10:00"', "mon =", "changes at 10:00"),
    Broken("never_open", CLASSES, f'[[hours]]\nid = "never"\n{CLASSES}', 'id = "never"', "closed on every day"),
    Broken(
        "never_issues",
        "last_ticket_minutes = 15",
        "last_ticket_minutes = 480",
        "last_ticket_minutes",
        "longer than it is open",
    ),
    Broken("override_past", CLASSES, f"[[overrides]]\ndate = 2026-11-21\n{CLASSES}", "2026-11-21", "is over"),
    Broken("override_twice", CLASSES, f"{OVERRIDE}{OVERRIDE}{CLASSES}", "date = 2027", "the whole hall", nth=2),
    Broken(
        "never_issues",
        OVERRIDE_OPEN[0],
        OVERRIDE_OPEN[1],
        "last_ticket_minutes",
        "longer than it is open on 2027-01-02",
    ),
    Broken(
        "never_issues",
        "last_ticket_minutes = 15",
        "break_ticket_minutes = 180",
        "break_ticket_minutes",
        "lower break_ticket_minutes",
    ),
    Broken(
        "holiday_reversed", *calendar("holidays = [{ date = 2027-05-03, until = 2027-05-01 }]"), "ends on 2027-05-01"
    ),
    Broken("holiday_long", *calendar("holidays = [{ date = 2027-05-01, until = 2028-05-03 }]"), "lasts 369 days"),
    Broken(
        "holidays_overlap",
        *calendar("holidays = [{ date = 2027-05-01, until = 2027-05-03 }, { date = 2027-05-03 }]"),
        "before that of 2027-05-01 is over",
    ),
    Broken(
        "make_up_twice",
        *calendar('make_up = [{ date = 2027-05-08, works_as = "mon" }, { date = 2027-05-08, works_as = "fri" }]'),
        "2027-05-08 twice",
    ),
    Broken(
        "make_up_in_holiday",
        *calendar('holidays = [{ date = 2027-05-08 }]\nmake_up = [{ date = 2027-05-08, works_as = "mon" }]', "make_up"),
        "so it is worked",
    ),
    Broken("make_up_same_day", *calendar('make_up = [{ date = 2027-05-10, works_as = "mon" }]'), "which it is anyway"),
    Broken(
        "make_up_closed", *calendar('make_up = [{ date = 2027-05-08, works_as = "sun" }]'), "as Sunday, when no queue"
    ),
    Broken(
        "calendar_past", *calendar("holidays = [{ date = 2026-05-01 }]", 'id = "state"'), "all of its days are over"
    ),
    Broken("unused", CLASSES, f"{CALENDAR}{CLASSES}", 'id = "state"', "nothing uses calendar 'state'"),
    Broken("unknown_reference", "[hall]", '[hall]\ncalendar = "state"', "calendar =", "unknown calendar 'state'"),
    Broken("unknown_field", *calendar("holidays = [{ day = 2027-05-01 }]"), "it may have: 'date', 'until', 'name'"),
    Broken("not_one_of", *calendar('make_up = [{ date = 2027-05-08, works_as = "monday" }]'), "did you mean 'mon'?"),
    Broken("no_language", "[hall]", "[hall]\nlanguages = []", "languages", "no language"),
    Broken("language_twice", "[hall]", '[hall]\nlanguages = ["zh-CN", "en", "en"]', "languages", "'en' twice"),
    Broken("text_empty", '"等候区"', '" "', "Waiting area", "name is empty", "zones[0].name.zh-CN"),
    Broken("text_empty", 'name = { zh-CN = "等候区"' + EN_NAME, "name = {}", "name = {}", "name is empty"),
    Broken("text_missing", EN_NAME, " }", "等候区", "no en text", "zones[0].name"),
    Broken("language_not_offered", EN_NAME, ', en = "Waiting area", ug = "x" }', "ug =", "'ug'"),
]

CODES_OF_FILES = {"not_readable", "not_utf8", "bad_value"}
"""Found before there is any text, or kept for shapes that no rule of today makes."""


def broken_text(case: Broken) -> str:
    """The good file with the one thing changed."""
    text = GOOD
    for old, new in ((case.old, case.new), case.also):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def line_with(text: str, marker: str, nth: int) -> int:
    """The number of the nth line that contains `marker`."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if marker in line][nth - 1]


def the_finding(findings: tuple[Finding, ...], code: str) -> Finding:
    found = [finding for finding in findings if finding.code == code]
    assert found, [str(finding) for finding in findings]
    return found[0]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case.code}-{case.at[:20].strip()}")
def test_what_is_wrong_is_named_by_line_with_what_would_be_right(case: Broken) -> None:
    text = broken_text(case)
    reading = read(text, TODAY)
    finding = the_finding(reading.findings, case.code)
    assert finding.line == line_with(text, case.at, case.nth)
    assert case.says in str(finding)
    assert not case.where or finding.where == case.where
    assert (reading.config is None) == any(found.is_error for found in reading.findings)


def test_every_rule_is_broken_once() -> None:
    assert {case.code for case in BROKEN} | CODES_OF_FILES | SLOTS_CODES | set(OF_CALLING) == set(SENTENCES)


def test_the_good_file_has_no_finding() -> None:
    reading = read(GOOD, TODAY)
    assert reading.findings == ()
    assert reading.config is not None


def test_every_error_is_found_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace('zone = "main"', 'zone = "mian"').replace('prefix = "A"', 'prefix = "a"')
    text = text.replace('id = "small-hall"', 'id = "Small Hall"').replace("15 }]", "2000 }]")
    found = read(text).findings
    assert [finding.code for finding in found] == [
        "bad_id",
        "bad_prefix",
        "unknown_reference",
        "unknown_reference",
        "unknown_reference",
        "unknown_reference",
        "out_of_range",
    ]
    assert [finding.line for finding in found] == sorted(finding.line for finding in found)


def test_a_bad_entry_hides_no_other_error_in_it() -> None:
    text = GOOD.replace('mon = ["09:00-12:00", "13:30-17:00"]', 'mon = ["9-12"]\nfoo = 1', 1)
    text = text.replace('tue = ["09:00-12:00", "13:30-17:00"]', 'tue = ["12:00-09:00"]', 1)
    assert [finding.code for finding in read(text).findings] == ["bad_band", "unknown_field", "band_reversed"]


def test_a_misspelt_name_does_not_make_its_queue_look_unserved() -> None:
    text = GOOD.replace('serves = ["insurance", "general"]', 'serves = ["insurence", "general"]')
    assert [finding.code for finding in read(text).findings] == ["unknown_reference"]


def test_warnings_do_not_keep_the_file_from_being_used() -> None:
    reading = read(GOOD.replace(EN_NAME, " }"))
    assert [finding.is_error for finding in reading.findings] == [False]
    assert reading.config is not None


def test_without_a_date_nothing_is_past() -> None:
    text = broken_text(next(case for case in BROKEN if case.code == "override_past"))
    assert read(text).findings == ()


def test_touching_bands_are_one_long_opening() -> None:
    assert read(GOOD.replace(MONDAY, 'mon = ["09:00-12:00", "12:00-17:00"]')).findings == ()


def test_the_day_may_change_at_the_minute_the_hall_opens_or_closes() -> None:
    for boundary in ("09:00", "12:00", "17:00"):
        assert read(GOOD.replace("[hall]", f'[hall]\nday_boundary = "{boundary}"', 1)).findings == ()


def test_a_hall_that_never_closes_may_change_its_day_while_it_is_open() -> None:
    assert read(GOOD.replace(MONDAY, 'mon = ["00:00-24:00"]')).findings == ()


def test_a_shared_prefix_with_ranges_apart_is_good() -> None:
    text = GOOD.replace('prefix = "A"', 'prefix = "A"\nlast = 499').replace('prefix = "B"', 'prefix = "A"\nfirst = 500')
    assert read(text).findings == ()


def test_a_step_may_lead_back_to_a_queue_that_was_left() -> None:
    there_and_back = steps('{ queue = "insurance" }, { queue = "general" }')
    assert read(GOOD.replace(FIRST_SERVICE, there_and_back, 1)).findings == ()


def test_a_draft_without_lines_is_checked_by_the_same_rules() -> None:
    config = read(GOOD).config
    assert config is not None
    assert findings_in(config) == ()
    twice = config.model_copy(update={"zones": (*config.zones, *config.zones)})
    (finding,) = findings_in(twice)
    assert (finding.code, finding.line, finding.where) == ("duplicate_id", 0, "zones[1].id")
    assert "first as no. 1" in finding.problem


def test_load_raises_every_finding(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(GOOD.replace('zone = "main"', 'zone = "mian"'), encoding="utf-8")
    with pytest.raises(HallFileError, match="unknown zone 'mian'") as error:
        load(file)
    assert len(error.value.findings) == 4


def test_a_file_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert isinstance(load(file), HallConfig)


def test_a_file_in_a_chinese_code_page_is_named_as_such(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_bytes(GOOD.encode("gb18030"))
    (finding,) = read_file(file).findings
    assert (finding.code, finding.line) == ("not_utf8", line_with(GOOD, "便民服务站", 1))
    assert "UTF-8" in str(finding)


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    (finding,) = read_file(tmp_path / "none.toml").findings
    assert finding.code == "not_readable"
    assert "No such file" in str(finding)


def test_an_empty_file_says_which_parts_are_missing() -> None:
    headers = [finding.params["header"] for finding in read("").findings if finding.code == "missing_section"]
    assert headers[0] == "[hall] table"
    assert "[[queues]] entry" in headers
