"""Reads a hall file or checks a draft, and finds everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath

from contract.config import HallConfig
from queueserver.hallfile.bookable import check_bookable
from queueserver.hallfile.calendars import check_calendars
from queueserver.hallfile.desk import check_desk
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, HallFileError
from queueserver.hallfile.lines import LineIndex
from queueserver.hallfile.linked import check_linked
from queueserver.hallfile.numbering import check_numbers
from queueserver.hallfile.policy import check_policy
from queueserver.hallfile.references import check_references
from queueserver.hallfile.shape import misshapen
from queueserver.hallfile.slots import check_slots
from queueserver.hallfile.staff import check_staff
from queueserver.hallfile.syntax import decoded, parsed
from queueserver.hallfile.texts import check_texts
from queueserver.hallfile.times import check_times


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a hall file gave: `config` is None when there is an error; `findings` in the order of the file."""

    config: HallConfig | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.is_error)


def load(source: FilePath | str, today: date | None = None) -> HallConfig:
    """The configuration in the file `source`; raises HallFileError with every finding when there is an error."""
    reading = read_file(FilePath(source), today)
    if reading.config is None:
        raise HallFileError(reading.findings)
    return reading.config


def read_file(path: FilePath, today: date | None = None) -> Reading:
    """Read and check the file; what is wrong is in the answer, never raised."""
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        return Reading(None, (Finding("not_readable", params={"reason": error.strerror or str(error)}),))
    except HallFileError as error:
        return Reading(None, error.findings)
    return read(text, today)


def read(text: str, today: date | None = None) -> Reading:
    """Read and check the TOML `text`."""
    try:
        raw = parsed(text)
    except HallFileError as error:
        return Reading(None, error.findings)
    lines = LineIndex(text)
    entries = Entries(raw)
    config, misshapes = misshapen(raw, entries)
    found = [*misshapes, *_meaning(entries, today)]
    found += _consequences(config, found, today)
    findings = tuple(sorted((_placed(finding, lines) for finding in found), key=lambda finding: finding.line))
    broken = any(finding.is_error for finding in findings)
    return Reading(None if broken else config, findings)


def findings_in(config: HallConfig, today: date | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with a draft that has the right shape; findings have no lines."""
    found = list(_meaning(Entries.of(config), today))
    found += _consequences(config, found, today)
    return tuple(_placed(finding, None) for finding in found)


def _consequences(config: HallConfig | None, found: Iterable[Finding], today: date | None) -> Iterable[Finding]:
    """What shows only when the whole hall is put together, for which everything else must be right."""
    sound = config is not None and not any(finding.is_error for finding in found)
    return check_bookable(config, today) if config is not None and sound else ()


def _meaning(entries: Entries, today: date | None) -> Iterable[Finding]:
    yield from check_references(entries)
    yield from check_linked(entries)
    yield from check_numbers(entries)
    yield from check_times(entries, today)
    yield from check_calendars(entries, today)
    yield from check_policy(entries)
    yield from check_desk(entries)
    yield from check_staff(entries)
    yield from check_slots(entries)
    yield from check_texts(entries)


def _placed(finding: Finding, lines: LineIndex | None) -> Finding:
    """The finding with its line, and with "first on line ..." said as a line or, without lines, as a place."""
    params: Mapping[str, str | int] = finding.params
    if "first_index" in params:
        index = int(params["first_index"])
        line = lines.line((*finding.path[:1], index)) if lines else 0
        first = f"on line {line}" if line else f"as no. {index + 1}"
        params = {**{key: value for key, value in params.items() if key != "first_index"}, "first": first}
    return replace(finding, params=params, line=lines.line(finding.path) if lines else 0)
