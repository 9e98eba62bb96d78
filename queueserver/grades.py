"""How a day's promised ranges came out, from the stored statistics, in numbers and in a manager's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contract.statistics import PROMISED_SHARE, EstimateGrade, EstimateGrades, QueueGrade
from i18n import Translator
from queueserver.domain.statistics import Measure, Tally

_MS_A_MINUTE: Final = 60_000
_NEAR: Final = 0.04
"""So close to the promised share is as promised."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Tickets by verdict, and the sums of widths and errors in milliseconds."""

    kept: int = 0
    earlier: int = 0
    later: int = 0
    width: int = 0
    called: int = 0
    error: int = 0

    def plus(self, measure: str, tally: Tally) -> Counts:
        """With one cell of the statistics; other measures change nothing."""
        match measure:
            case Measure.PROMISE_KEPT:
                return replace(self, kept=self.kept + tally.n, width=self.width + tally.total)
            case Measure.PROMISE_EARLIER:
                return replace(self, earlier=self.earlier + tally.n, width=self.width + tally.total)
            case Measure.PROMISE_LATER:
                return replace(self, later=self.later + tally.n, width=self.width + tally.total)
            case Measure.PROMISE_ERROR:
                return replace(self, called=self.called + tally.n, error=self.error + tally.total)
            case _:
                return self

    @property
    def graded(self) -> int:
        return self.kept + self.earlier + self.later


def grades(day: date, cells: Iterable[tuple[str, str, Tally]], names: Mapping[str, str], lang: str) -> EstimateGrades:
    """From (queue, measure, tally) of one day; `names` has the configured queues, in their order."""
    hall, queues = Counts(), dict.fromkeys(names, Counts())
    for queue, measure, tally in cells:
        hall = hall.plus(measure, tally)
        queues[queue] = queues.get(queue, Counts()).plus(measure, tally)
    t = Translator(lang)
    return EstimateGrades(
        day=day,
        hall=_grade(hall, t),
        queues=tuple(
            QueueGrade(queue=queue, name=names.get(queue, queue), **dict(_grade(one, t)))
            for queue, one in queues.items()
        ),
    )


def _grade(counts: Counts, t: Translator) -> EstimateGrade:
    return EstimateGrade(
        graded=counts.graded,
        kept=counts.kept,
        earlier=counts.earlier,
        later=counts.later,
        share_kept=round(counts.kept / counts.graded, 4) if counts.graded else None,
        mean_width_minutes=_minutes(counts.width, counts.graded),
        mean_error_minutes=_minutes(counts.error, counts.called),
        sentence=_sentence(counts, t),
    )


def _minutes(total: int, count: int) -> float | None:
    return round(total / count / _MS_A_MINUTE, 2) if count else None


def _sentence(counts: Counts, t: Translator) -> str:
    if not counts.graded:
        return t("Nobody's wait could be compared with the range told.")
    told = t.plural(
        "{kept} of {n} visitor was called within the range told ({share} %, promised {promised} %).",
        "{kept} of {n} visitors were called within the range told ({share} %, promised {promised} %).",
        counts.graded,
        kept=counts.kept,
        share=round(100 * counts.kept / counts.graded),
        promised=round(100 * PROMISED_SHARE),
    )
    return t("{told} {tendency}", told=told, tendency=_tendency(counts, t))


def _tendency(counts: Counts, t: Translator) -> str:
    off = counts.kept / counts.graded - PROMISED_SHARE
    if off > _NEAR:
        return t("The ranges were wider than they had to be.")
    if off >= -_NEAR:
        return t("That is as promised.")
    if counts.later > counts.earlier:
        return t("Most others waited longer than told.")
    return t("Most others were called earlier than told.")
