"""A day's promised ranges summed up for a manager: counts, shares that cannot mislead, and a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from contract.statistics import EstimateGrades
from queueserver.domain.statistics import Measure, Tally
from queueserver.grades import grades

DAY = date(2026, 3, 2)
NAMES = {"a": "社保", "b": "公安"}
MINUTE = 60_000


def of(lang: str = "en", **counts: int) -> EstimateGrades:
    """Ranges ten minutes wide in queue "a", five minutes off each."""
    called = sum(counts.values())
    cells = [("a", f"promise_{name}", Tally(count, count * 10 * MINUTE)) for name, count in counts.items()]
    cells.append(("a", Measure.PROMISE_ERROR.value, Tally(called, called * 5 * MINUTE)))
    return grades(DAY, cells, NAMES, lang)


def test_shares_widths_and_errors_are_means_over_tickets() -> None:
    got = of(kept=8, earlier=1, later=1)
    assert (got.hall.graded, got.hall.share_kept) == (10, 0.8)
    assert (got.hall.mean_width_minutes, got.hall.mean_error_minutes) == (10.0, 5.0)
    assert [(one.queue, one.name, one.graded) for one in got.queues] == [("a", "社保", 10), ("b", "公安", 0)]


def test_nobody_graded_is_no_share_at_all() -> None:
    empty = grades(DAY, [], NAMES, "en")
    assert (empty.hall.share_kept, empty.hall.mean_width_minutes, empty.hall.mean_error_minutes) == (None, None, None)
    assert empty.queues[0].sentence == "Nobody's wait could be compared with the range told."


def test_a_queue_that_is_configured_no_more_is_told_by_its_id() -> None:
    got = grades(DAY, [("old", Measure.PROMISE_KEPT.value, Tally(1, MINUTE))], NAMES, "en")
    assert [(one.queue, one.name) for one in got.queues][-1] == ("old", "old")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"kept": 8, "earlier": 1, "later": 1}, "That is as promised."),
        ({"kept": 9, "later": 1}, "The ranges were wider than they had to be."),
        ({"kept": 5, "earlier": 1, "later": 4}, "Most others waited longer than told."),
        ({"kept": 5, "earlier": 4, "later": 1}, "Most others were called earlier than told."),
    ],
)
def test_the_sentence_says_what_it_means(counts: dict[str, int], said: str) -> None:
    assert of(**counts).hall.sentence.endswith(said)


def test_one_visitor_is_no_visitors_and_the_words_are_chinese_for_who_asks_so() -> None:
    assert of(kept=1).hall.sentence.startswith("1 of 1 visitor was called")
    assert (
        of("zh-CN", kept=4, later=1).hall.sentence
        == "5 位群众中有 4 位在告知的时段内被叫到（80%，承诺 80%）。与承诺相符。"
    )
