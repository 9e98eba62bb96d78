"""Typed document numbers: the check digit of GB 11643, masking, kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import documents

RIGHT = "11010519491231002X"
"""The example of GB 11643-1999 itself."""


def test_the_standards_own_example() -> None:
    assert documents.check_character(RIGHT[:17]) == "X"
    assert documents.problem_of(RIGHT, letters=False) == ""


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "too_short"),
        (RIGHT[:17], "too_short"),
        ("110105194912310021", "check_digit"),
        ("X10105194912310021", "check_digit"),
        ("110105194913310024", "birth_date"),
    ],
)
def test_what_is_wrong_is_named(typed: str, problem: str) -> None:
    if problem == "birth_date":
        typed = typed[:17] + documents.check_character(typed[:17])
    assert documents.problem_of(typed, letters=False) == problem


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(at: int, by: int) -> None:
    """ISO 7064 MOD 11-2 finds every single substitution."""
    digits = list(RIGHT)
    digits[at] = str((int(digits[at]) + by) % 10)
    assert documents.problem_of("".join(digits), letters=False) != ""


@given(st.integers(0, 15))
def test_two_neighbours_swapped_are_always_noticed(at: int) -> None:
    digits = list(RIGHT)
    if digits[at] == digits[at + 1]:
        return
    digits[at], digits[at + 1] = digits[at + 1], digits[at]
    assert documents.problem_of("".join(digits), letters=False) != ""


@pytest.mark.parametrize(
    ("start", "kind"), [("810000", "residence_permit"), ("911101", "foreign_resident"), ("330102", "resident")]
)
def test_kind_follows_from_the_number(start: str, kind: str) -> None:
    seventeen = start + "19900307" + "001"
    assert documents.person_of(seventeen + documents.check_character(seventeen), letters=False).kind == kind


def test_other_documents_are_letters_and_digits() -> None:
    assert documents.problem_of("E12345678", letters=True) == ""
    assert documents.problem_of("E12", letters=True) == "too_short"
    assert documents.person_of("E12345678", letters=True).kind == "other"


@given(st.text(alphabet="0123456789X", min_size=5, max_size=20))
def test_masked_numbers_hide_the_middle_and_keep_the_length(number: str) -> None:
    masked = documents.masked(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= len(number) - 7
    assert "*" in masked


def test_groups_as_people_compare_them() -> None:
    assert documents.grouped(RIGHT) == "110105 19491231 002X"
    assert documents.grouped("11") == "11"
