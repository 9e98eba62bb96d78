"""Bins hold what they promise, and percentiles from them are off by no more than is stated."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.domain.bins import bin_of, bounds, percentile

BY_HAND = [*range(16), *(8 * 2**n + step * 2**n for n in range(1, 14) for step in range(8))]
"""Where bins begin, in seconds: each second up to 16, then eight in each doubling."""


@given(st.integers(0, 8 * 2**14 * 1000 - 1))
def test_each_duration_is_in_the_bin_that_the_table_says(ms: int) -> None:
    number = bin_of(ms)
    assert number == bisect_right(BY_HAND, ms // 1000) - 1
    low, high = bounds(number)
    assert low <= ms / 1000 < high
    assert low == BY_HAND[number]


def test_no_bin_is_wider_than_an_eighth_of_what_is_in_it() -> None:
    for number in range(16, 150):
        low, high = bounds(number)
        assert (high - low) * 8 <= low
        assert bounds(number + 1)[0] == high, "no hole between two bins"


@given(st.lists(st.integers(0, 50_000), min_size=1), st.sampled_from([0.1, 0.5, 0.8, 0.9, 1.0]))
def test_a_percentile_is_off_by_a_sixteenth_at_most(seconds: list[int], share: float) -> None:
    counts = list(accumulate(Counter(seconds)[s] for s in sorted(set(seconds))))
    exact = sorted(set(seconds))[next(i for i, n in enumerate(counts) if n >= share * len(seconds))]
    found = percentile(Counter(bin_of(s * 1000) for s in seconds), share)
    assert found is not None
    assert abs(found - exact) <= exact / 16


def test_bins_of_two_halls_can_be_merged() -> None:
    one, other = Counter({3: 5, 40: 1}), Counter({3: 1, 41: 7})
    assert percentile(one + other, 0.5) == percentile({40: 1}, 0.5)
    assert percentile(one, 0.5) == 3


@pytest.mark.parametrize("nothing", [{}, {4: 0}])
def test_of_nothing_there_is_no_percentile(nothing: dict[int, int]) -> None:
    assert percentile(nothing, 0.5) is None
