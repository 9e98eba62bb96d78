"""What can be wrong with a hall file: one code, one sentence on what is wrong, one on what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from queueserver.hallfile.wording import OF_CALLING, Sentence, Severity

Params = Mapping[str, str | int]
Path = tuple[str | int, ...]
"""Where in the document, e.g. ("queues", 3, "prefix"); entries count from 0."""


_MEANT = "did you mean '{near}'?"
_WARNING = Severity.WARNING

SENTENCES: Final[Mapping[str, Sentence]] = {
    **OF_CALLING,
    # the text
    "not_readable": Sentence("the file cannot be read: {reason}", "check the name of the file and who may read it"),
    "not_utf8": Sentence("the file is not UTF-8 text", "save it with the encoding UTF-8 (GBK and ANSI do not work)"),
    "syntax": Sentence("this is not valid TOML: {reason}", "{advice}"),
    # the shape of one entry
    "missing_section": Sentence("the file has no {header}", "add {header}, as in examples/small-hall.toml"),
    "missing_field": Sentence("{subject} has no '{field}'", "add a line such as: {example}"),
    "unknown_field": Sentence("{subject} has an unknown setting '{field}'", "it may have: {choices}", nearly=_MEANT),
    "bad_id": Sentence(
        "{subject}: '{value}' cannot be used as an id",
        "use lower-case letters a-z, digits and hyphens, at most 48, e.g. 'social-security'",
        nearly="use lower-case letters a-z, digits and hyphens, e.g. '{near}'",
    ),
    "bad_prefix": Sentence(
        "{subject}: '{value}' cannot be a prefix",
        "use one or two capital letters A-Z, e.g. 'A'",
        nearly="use one or two capital letters A-Z, e.g. '{near}'",
    ),
    "bad_band": Sentence(
        "{subject}: '{value}' is not a time of day from-to", "write HH:MM-HH:MM, e.g. '09:00-12:00'", nearly=_MEANT
    ),
    "bad_clock_time": Sentence("{subject}: '{value}' is not a time of day", "write HH:MM, e.g. '04:00'", nearly=_MEANT),
    "bad_language": Sentence(
        "{subject}: '{value}' is not a language tag", "write e.g. 'zh-CN', 'en' or 'ug'", nearly=_MEANT
    ),
    "bad_date": Sentence("{subject}: '{value}' is not a date", "write it without quotes, e.g. date = 2026-10-01"),
    "not_text": Sentence("{subject}: {field} must be text, not {value}", 'put it in quotes: "{value}"'),
    "not_texts": Sentence(
        "{subject}: {field} must be a table of texts by language",
        'write {field} = {{ zh-CN = "...", en = "..." }}',
    ),
    "not_number": Sentence("{subject}: {field} must be a number, not {value}", "write e.g. {field} = {example}"),
    "not_whole_number": Sentence(
        "{subject}: {field} must be a whole number, not {value}", "write e.g. {field} = {example}"
    ),
    "not_true_false": Sentence("{subject}: {field} must be true or false, not {value}", "write {field} = true"),
    "not_list": Sentence("{subject}: {field} must be a list", "put it in square brackets: {field} = [{value}]"),
    "not_entries": Sentence("'{field}' must be a list of entries", "begin each entry with a line [[{field}]]"),
    "not_table": Sentence("{subject} must be a table of settings, not {value}", "write it as in examples/hall.toml"),
    "out_of_range": Sentence("{subject}: {field} is {value}", "it must be {bound}"),
    "not_one_of": Sentence("{subject}: {field} is {value}", "choose one of {choices}", nearly=_MEANT),
    "wrong_length": Sentence("{subject}: {field} is {value}", "it must have {bound}"),
    "bad_value": Sentence("{subject}: {field} is not valid: {reason}", "compare it with examples/hall.toml"),
    # entries and each other
    "unknown_reference": Sentence(
        "{subject}: unknown {kind} '{value}'",
        'there is: {choices}; or add a [[{section}]] entry with id = "{value}"',
        nearly=_MEANT,
    ),
    "duplicate_id": Sentence("{subject} is there twice, first {first}", "give each its own id"),
    "repeated_reference": Sentence("{subject} names {kind} '{value}' twice", "remove one of them", severity=_WARNING),
    "same_label": Sentence(
        "{subject} has the label '{value}', as {other} in the same zone", "give each window of a zone its own label"
    ),
    "no_ordinary_class": Sentence(
        "every priority class is privileged", "add one without privileged = true, for ordinary visitors"
    ),
    "no_class": Sentence("there is no priority class", 'add one for ordinary visitors, with id = "ordinary"'),
    "queue_not_served": Sentence(
        "no window serves {subject}, so its visitors would wait for ever", "add '{value}' to serves of a window"
    ),
    "queue_unused": Sentence(
        "neither a service nor a window uses {subject}",
        "remove it, or give it a service and a window",
        severity=_WARNING,
    ),
    "queue_without_service": Sentence(
        "no service leads to {subject}, so visitors reach it only by transfer",
        'add a service with queue = "{value}", unless you want that',
        severity=_WARNING,
    ),
    "window_serves_nothing": Sentence("{subject} serves no queue", 'name at least one: serves = ["..."]'),
    "rule_not_served": Sentence(
        "{subject} has a rule for queue '{value}', which it does not serve", "add '{value}' to its serves"
    ),
    "step_repeated": Sentence(
        "{subject} walks queue '{value}' twice in a row", "remove this step, or put another one between"
    ),
    "steps_never_together": Sentence(
        "{subject} walks {queues}, which are never all open on one weekday, so nobody could finish it in one visit",
        "give them hours with a day in common, or remove a step",
    ),
    "services_in_circle": Sentence(
        "{subject} must come after itself: {circle}", "remove one of the names from 'after', so that one is the first"
    ),
    "window_elsewhere": Sentence(
        "{windows} in zone '{zone}' serve queue '{value}', whose visitors wait in zone '{other}'",
        "screens and loudspeakers follow the zone; check that people hear the call",
        severity=_WARNING,
    ),
    "skill_nobody_has": Sentence(
        "{subject} needs the skill '{value}', which nobody has: its visitors would never be called",
        'give it to somebody: a [[staff]] entry with skills = ["{value}"]',
        nearly=_MEANT,
    ),
    "skill_unused": Sentence(
        "{subject} has the skill '{value}', which no service asks for",
        'remove it, or write skill = "{value}" in a service',
        nearly=_MEANT,
        severity=_WARNING,
    ),
    "staff_language": Sentence(
        "{subject} speaks '{value}', which is not a language of the hall: no ticket will be in it",
        "add '{value}' to languages of the hall, or remove it here",
        severity=_WARNING,
    ),
    "department_empty": Sentence("{subject} offers no service", "add a service or remove it", severity=_WARNING),
    "unused": Sentence("nothing uses {subject}", "remove it, or use it", severity=_WARNING),
    # numbers
    "range_reversed": Sentence("{subject}: first is {first}, but last is {last}", "first must not be above last"),
    "number_too_long": Sentence(
        "{subject}: number {last} does not fit {digits} digits", "write digits = {needed} or last = {largest}"
    ),
    "numbers_overlap": Sentence(
        "{subject} and {other} would both give out {number}",
        "give one another prefix (free: {free}), or a range that does not overlap",
    ),
    "digits_differ": Sentence(
        "{subject} and {other} share the prefix {prefix} but not the digits",
        "write the same digits in both, or people mix the numbers up",
        severity=_WARNING,
    ),
    "limit_above_range": Sentence(
        "{subject} allows {limit} tickets a day but has only {size} numbers",
        "raise last or lower daily_limit",
        severity=_WARNING,
    ),
    # times
    "unknown_time_zone": Sentence("{subject}: unknown time zone '{value}'", "e.g. 'Asia/Shanghai'", nearly=_MEANT),
    "band_reversed": Sentence(
        "{subject}: '{value}' ends before it begins",
        "write the earlier time first; a time over midnight is two: to 24:00 on this day, from 00:00 on the next",
    ),
    "bands_overlap": Sentence("{subject}: '{value}' overlaps '{other}'", "make the times follow one another"),
    "never_open": Sentence(
        "{subject} is closed on every day", 'add e.g. mon = ["09:00-12:00", "13:30-17:00"]', severity=_WARNING
    ),
    "boundary_in_hours": Sentence(
        "the business day changes at {boundary}, while {subject} is open ({value}): who waits then loses the place",
        "set day_boundary of the hall to a time when everything is closed, e.g. '04:00'",
        severity=_WARNING,
    ),
    "never_issues": Sentence(
        "{subject} stops giving tickets {minutes} minutes before closing, longer than it is open on {day}",
        "lower {field}",
        severity=_WARNING,
    ),
    "override_past": Sentence("{subject} is over", "remove it when you like", severity=_WARNING),
    "override_twice": Sentence(
        "{subject} is there twice for {scope}, first {first}", "keep one, with all the times it is open"
    ),
    # calendars
    "holiday_reversed": Sentence("{subject}: the holiday of {value} ends on {until}", "write the earlier date first"),
    "holiday_long": Sentence(
        "{subject}: the holiday of {value} lasts {days} days, until {until}", "check the year", severity=_WARNING
    ),
    "holidays_overlap": Sentence(
        "{subject}: the holiday of {value} begins before that of {other} is over", "make one of them shorter"
    ),
    "make_up_twice": Sentence("{subject} has {value} twice under make_up", "keep one"),
    "make_up_in_holiday": Sentence(
        "{subject}: {value} is a make-up day inside a holiday, so it is worked", "check the date", severity=_WARNING
    ),
    "make_up_same_day": Sentence(
        "{subject}: {value} is worked as {day}, which it is anyway",
        "check the date, or name the weekday whose hours hold",
        severity=_WARNING,
    ),
    "make_up_closed": Sentence(
        "{subject}: {value} is worked as {day}, when no queue with this calendar is open",
        "name a weekday with opening hours",
        severity=_WARNING,
    ),
    "calendar_past": Sentence(
        "{subject}: all of its days are over", "add the days of the coming year", severity=_WARNING
    ),
    # appointments
    "slots_purpose": Sentence(
        "{subject} must be for one queue or for some services, not both and not neither",
        'write queue = "..." for all services of a queue, or services = ["..."]',
    ),
    "slots_queues_differ": Sentence(
        "{subject} is for services of different queues", "make a template for each queue, because places are its work"
    ),
    "slots_without_service": Sentence(
        "{subject} is for a queue no service leads to, so nobody can book it", "add a service with this queue"
    ),
    "slots_empty": Sentence("{subject} has no weekday or no time", 'write weekdays = ["mon"], times = ["09:00-12:00"]'),
    "anchor_missing": Sentence(
        "{subject} is for every n-th week, but not from which one on",
        "add any day of a week that counts: anchor = 2026-01-05",
    ),
    "valid_reversed": Sentence("{subject} ends before it begins", "valid_to must not be before valid_from"),
    "shares_and_places": Sentence("{subject} divides its capacity twice", "write shares (percent) or places, not both"),
    "shares_over": Sentence("{subject} gives away more than 100 percent", "lower some of its shares"),
    "places_over": Sentence(
        "{subject} gives away more places than its capacity", "lower some of its places, or raise capacity"
    ),
    "release_order": Sentence(
        "{subject}: each step of release must be later and open more than the one before",
        "write the earliest first: days_ahead falls and percent, which counts all steps so far, rises",
    ),
    "release_beyond_horizon": Sentence(
        "{subject} releases places {days} days ahead, but can be booked only {horizon} days ahead",
        "raise horizon_days or lower days_ahead",
        severity=_WARNING,
    ),
    "slots_never": Sentence(
        "{subject} never yields a time that can be booked",
        "compare its weekdays, times and minutes with the opening hours, holidays and exceptions of its queue",
    ),
    "slots_closed_day": Sentence(
        "{subject} has times on {day}, when queue '{queue}' is closed", "remove the day, or open the queue on it"
    ),
    "slots_outside": Sentence(
        "{subject}: no slot fits into {times} while queue '{queue}' is open",
        "move it into the opening hours, or remove it",
    ),
    "slots_cut": Sentence(
        "{subject}: {times} is partly outside the opening hours of queue '{queue}'; only slots inside are offered",
        "shorten it, unless that is meant",
        severity=_WARNING,
    ),
    "slots_past": Sentence("{subject} is over", "remove it when you like", severity=_WARNING),
    "slots_overlap": Sentence(
        "{subject} and '{other}' both have a time for service '{service}', e.g. {when}",
        "give them different times, days or services",
    ),
    "slots_above_range": Sentence(
        "{subject}: {places} places a day, and the daily_limit, are more than the {size} numbers of queue '{queue}'",
        "raise last of the queue, or lower its daily_limit or the capacity",
        severity=_WARNING,
    ),
    "lead_beyond_horizon": Sentence(
        "{subject}: booking ends before it begins, because the lead time is longer than the horizon",
        "lower lead_minutes or raise horizon_days",
    ),
    "release_never": Sentence(
        "{subject} releases no place before booking ends", "release earlier or more of it, or lower lead_minutes"
    ),
    "release_incomplete": Sentence(
        "{subject} never offers more than {most} of its {capacity} places",
        "let the last step of release say percent = 100, early enough",
        severity=_WARNING,
    ),
    "share_zero": Sentence(
        "{subject}: the share of '{channel}' is less than one place of {capacity}",
        "raise the share or the capacity, or leave the channel out",
    ),
    # words
    "no_language": Sentence("the hall has no language", 'write languages = ["zh-CN", "en"]'),
    "language_twice": Sentence("{subject} lists the language '{value}' twice", "remove one", severity=_WARNING),
    "text_empty": Sentence("{subject}: {field} is empty", 'write e.g. {field} = {{ {value} = "..." }}'),
    "text_missing": Sentence(
        "{subject}: {field} has no {value} text",
        "readers of {value} will see another language",
        severity=_WARNING,
    ),
    "language_not_offered": Sentence(
        "{subject}: {field} has a text in '{value}', which is not a language of the hall",
        "add '{value}' to languages of the hall, or remove the text",
        nearly=_MEANT,
        severity=_WARNING,
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable `code`, where, and the `params` that fill its sentences.

    `line` counts from 1; 0 = not known (a draft that came over HTTP has no lines).
    """

    code: str
    path: Path = ()
    params: Params = field(default_factory=dict)
    line: int = 0

    @property
    def severity(self) -> Severity:
        return SENTENCES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def where(self) -> str:
        """The path as people write it, e.g. "queues[3].prefix"."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.removeprefix(".")

    @property
    def problem(self) -> str:
        return SENTENCES[self.code].problem.format_map(self.params)

    @property
    def remedy(self) -> str:
        sentence = SENTENCES[self.code]
        words = sentence.nearly if sentence.nearly and self.params.get("near") else sentence.remedy
        return words.format_map(self.params)

    def __str__(self) -> str:
        return f"{self.problem}; {self.remedy}"


class HallFileError(Exception):
    """The hall file cannot be used; `findings` has every reason, in the order of the file."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        errors = [finding for finding in findings if finding.is_error]
        super().__init__("; ".join(f"line {finding.line}: {finding}" for finding in errors[:3]))
