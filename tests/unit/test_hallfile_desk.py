"""How a hall calls, broken once for each rule: bounds, rules, check-ins and the desk of a hall with two levels."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import pytest

from queueserver.hallfile import findings_in, read
from queueserver.hallfile.wording import OF_CALLING

GOOD = resources.files("examples").joinpath("two-level-hall.toml").read_text(encoding="utf-8")
POLICY = '[hall.policy]\ndesk = "guidance"\n'
W2 = 'serves = ["insurance", "general"]'
SLOTS = (
    '\n[[slots]]\nid = "times"\nqueue = "insurance"\nweekdays = ["mon"]\ntimes = ["09:00-12:00"]\n'
    "minutes = 30\ncapacity = 3\n"
)


@dataclass(frozen=True)
class Broken:
    """The good file with each text of `changes` replaced; the finding `code` stands on the line that contains `at`."""

    code: str
    changes: tuple[tuple[str, str], ...]
    at: str
    says: str
    where: str = ""


def one(old: str, new: str) -> tuple[tuple[str, str], ...]:
    return ((old, new),)


def rules(text: str, policy: str = "", queue: str = "") -> tuple[tuple[str, str], ...]:
    """Window 2 with these rules, a policy, and what the queue "insurance" has besides."""
    insurance = 'en = "Social insurance" }\nprefix = "C"'
    return ((W2, f"{W2}\nrules = [{text}]"), (POLICY, POLICY + policy), (insurance, f"{insurance}\n{queue}".rstrip()))


def booking(hall: str, queue: str = "", slots: str = SLOTS) -> tuple[tuple[str, str], ...]:
    changed = rules("", queue=queue)[2]
    return (
        (POLICY, f"{POLICY}\n[hall.booking]\n{hall}"),
        changed,
        ('languages = ["en"]\n', f'languages = ["en"]\n{slots}'),
    )


GENERAL_RULE = '{ queue = "general", waited_minutes = 20 }'
BROKEN = [
    Broken("desk_linked", one('queue = "desk"', 'queue = "desk"\nsteps = [{ queue = "general" }]'), "steps =", "steps"),
    Broken("desk_after", one('queue = "desk"', 'queue = "desk"\nafter = ["collection"]'), "after =", "comes first"),
    Broken("desk_direct", one('queue = "desk"', 'queue = "desk"\ndirect = true'), "direct =", "remove direct"),
    Broken(
        "desk_again", one('queue = "general"\nneeds', 'queue = "desk"\nneeds'), 'queue = "desk"', "direct = true",
        "services[1].queue",
    ),
    Broken(
        "desk_again", one('{ queue = "cashier" }', '{ queue = "cashier" }, { queue = "desk" }'), "steps =",
        "to itself", "services[3].steps[1].queue",
    ),
    Broken(
        "desk_for_nobody",
        tuple((f'id = "{name}"\ndepartment', f'id = "{name}"\ndirect = true\ndepartment')
              for name in ("residence-proof", "allowance", "social-insurance")),
        'desk = "guidance"', "nobody comes to the desk 'guidance' first",
    ),
    Broken("direct_without_desk", one(POLICY, ""), "direct = true", 'desk = "..."', "services[4].direct"),
    Broken(
        "desk_never_open",
        (("[[departments]]", '[[hours]]\nid = "saturday"\nsat = ["09:00-12:00"]\n\n[[departments]]'),
         ('prefix = "B"\nzone = "main"\nhours = "weekdays"', 'prefix = "B"\nzone = "main"\nhours = "saturday"')),
        'hours = "saturday"', "direct = true in its services", "queues[1].hours",
    ),
    Broken(
        "desk_closed_then",
        (("[[departments]]", '[[hours]]\nid = "long"\nfri = ["13:30-18:00"]\n\n[[departments]]'),
         ('prefix = "B"\nzone = "main"\nhours = "weekdays"', 'prefix = "B"\nzone = "main"\nhours = "long"')),
        'hours = "long"', "on Friday at 17:00",
    ),
    Broken(
        "desk_party",
        (('prefix = "A"', 'prefix = "A"\nparty_limit = 4'), ('prefix = "B"', 'prefix = "B"\nparty_limit = 5')),
        "party_limit = 5", "raise party_limit of 'desk'",
    ),
    Broken(
        "tolerance_over_bound", one(POLICY, f"{POLICY}longest_wait_minutes = 10\n"), "[hall.policy]",
        "below 10", "hall.policy.appointment_tolerance_minutes",
    ),
    Broken("rule_beyond_bound", rules('{ queue = "general", waited_minutes = 45 }'), "rules =", "below 45"),
    Broken(
        "rule_hidden", rules(f'{GENERAL_RULE}, {{ queue = "general", waited_minutes = 20, waiting_at_least = 5 }}'),
        "rules =", "stricter one first", "windows[2].rules[1].queue",
    ),
    Broken(
        "rule_line_long", rules('{ queue = "insurance", waiting_at_least = 9 }', queue="waiting_limit = 8"),
        "rules =", "lower waiting_at_least",
    ),
    Broken(
        "queue_unbounded", rules(GENERAL_RULE, policy="longest_wait_minutes = 0\n"), 'id = "insurance"',
        "a rule for 'insurance' before the others",
    ),
    Broken(
        "missed_never_back",
        ((POLICY, f"{POLICY}max_misses = 1\n"), ('prefix = "B"', 'prefix = "B"\nmissed = "requeue"')),
        'missed = "requeue"', "raise max_misses",
    ),
    Broken("check_in_never", booking("early_minutes = 0\nlate_minutes = 0\n"), "late_minutes", "early_minutes or"),
    Broken(
        "check_in_never", booking("late_minutes = 0\n", 'booking = { early_minutes = 0 }'), "booking = {", "or both",
        "queues[2].booking.late_minutes",
    ),
    Broken("late_over_bound", booking("late_minutes = 45\n"), "late_minutes = 45", "go before everybody"),
    Broken(
        "work_beyond_windows", booking("", slots=SLOTS.replace("capacity = 3", "capacity = 4")), "capacity = 4",
        "4 places in 30 minutes are 32 minutes of work, but the windows of queue 'insurance' (1) have 30",
    ),
    Broken(
        "cancel_beyond_horizon", booking("cancel_minutes = 4320\n", slots=f"{SLOTS}horizon_days = 2\n"),
        "horizon_days", "nobody could ever give one back",
    ),
    Broken("auto_unused", one(W2, f"{W2}\nauto = true"), "auto = true", 'assignment = "mixed"'),
]  # fmt: skip


def changed(case: Broken) -> str:
    text = GOOD
    for old, new in case.changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.code)
def test_a_broken_rule_is_named_with_its_line_and_remedy(case: Broken) -> None:
    text = changed(case)
    found = [one for one in read(text).findings if one.code == case.code]
    assert found, [str(one) for one in read(text).findings]
    one = found[0]
    assert case.at in text.splitlines()[one.line - 1] or not case.at
    assert case.says in str(one)
    assert one.where == case.where or not case.where


def test_every_rule_of_calling_is_broken_once() -> None:
    assert {case.code for case in BROKEN} == set(OF_CALLING)


def test_the_two_level_hall_has_no_finding() -> None:
    reading = read(GOOD)
    assert reading.findings == ()
    assert reading.config is not None
    assert findings_in(reading.config) == ()


def test_a_draft_without_lines_is_judged_alike() -> None:
    """What is only worth a warning can be published, and is said again each time the draft is checked."""
    warned = [case for case in BROKEN if (config := read(changed(case)).config) and not findings_in(config)]
    assert warned == []


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        (POLICY, '[hall.policy]\ndesk = "guidence"\n', "unknown_reference", "did you mean 'guidance'?"),
        ('serves = ["desk"]', 'serves = ["collection"]', "queue_not_served", "no window serves queue 'desk'"),
        (POLICY, "[hall.policy]\ndesk = true\n", "not_text", "desk must be text"),
    ],
)
def test_a_desk_that_is_not_there_is_refused(old: str, new: str, code: str, says: str) -> None:
    errors = read(GOOD.replace(old, new, 1)).errors
    assert [one.code for one in errors] == [code]
    assert says in str(errors[0])


def test_a_rule_of_its_own_behind_another_queues_bounds_nothing() -> None:
    both = GENERAL_RULE + ', { queue = "insurance", waited_minutes = 30 }'
    found = read(changed(Broken("", rules(both, "longest_wait_minutes = 0\n"), "", ""))).errors
    assert [one.code for one in found] == ["queue_unbounded"]


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        (GENERAL_RULE, ""),
        ('{ queue = "insurance", waited_minutes = 30 }, ' + GENERAL_RULE, "longest_wait_minutes = 0\n"),
        ('{ queue = "general", waited_minutes = 20, waiting_at_least = 5 }, ' + GENERAL_RULE, ""),
    ],
)
def test_rules_that_can_be_kept_are_kept(rule: str, policy: str) -> None:
    text = changed(Broken("", rules(rule, policy), "", ""))
    assert read(text).findings == ()


def test_check_in_from_the_booked_time_on_is_fine_and_bounds_of_bookings_need_bookings() -> None:
    assert read(changed(Broken("", booking("early_minutes = 0\n"), "", ""))).findings == ()
    assert read(changed(Broken("", booking("early_minutes = 0\nlate_minutes = 0\n", slots=""), "", ""))).findings == ()


def test_what_the_desk_does_itself_may_stand_in_its_line() -> None:
    text = GOOD.replace('queue = "collection"\ndirect', 'queue = "desk"\ndirect').replace(', "collection"]', "]")
    assert [one.code for one in read(text).findings] == ["queue_unused"]
