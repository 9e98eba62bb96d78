"""Every word the caller shows has a translation, refusals are filled in, times read as people read them."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import caller
from caller import words
from caller.state import Act, Done, Refused
from contract.bodies import Reason, TicketState
from i18n import Translator

CHINESE, ENGLISH = Translator("zh-CN"), Translator("en")


def _literals() -> set[str]:
    """The first texts of every t("...") and t.plural("...", ...) in the app."""
    found: set[str] = set()
    for path in Path(caller.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function = node.func
            plain = isinstance(function, ast.Name) and function.id == "t"
            plural = isinstance(function, ast.Attribute) and function.attr == "plural"
            first = node.args[0]
            if (plain or plural) and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


TABLES = (
    *words.LABELS.values(),
    *words.HINTS.values(),
    *words.OUTCOMES.values(),
    *words.REASONS.values(),
    *words.PAUSE_REASONS,
    *words.PICK_REASONS,
    *words.MOVES.values(),
    words.NOBODY,
)


@pytest.mark.parametrize("sentence", sorted(_literals() | set(TABLES)))
def test_every_word_on_the_screen_has_a_translation(sentence: str) -> None:
    translated = CHINESE(sentence) + CHINESE.plural(sentence, sentence, 1)
    assert any("\u4e00" <= character <= "\u9fff" for character in translated)


def test_a_refusal_is_filled_in_and_its_state_translated() -> None:
    refused = Refused(Act.START, "illegal_transition", (("number", "A012"), ("state", "serving")))
    assert words.refusal_sentence(CHINESE, refused) == "A012 号办理中，现在不能进行此操作。"
    assert words.refusal_sentence(ENGLISH, refused) == "Ticket A012 is serving; this cannot be done now."


def test_a_code_of_a_newer_server_is_shown_as_it_is() -> None:
    assert "brand_new" in words.refusal_sentence(CHINESE, Refused(Act.NEXT, "brand_new"))


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        (Done(Act.NEXT), "Nobody is waiting."),
        (Done(Act.FINISH, "A001", TicketState.FINISHED), "A001 is finished."),
        (Done(Act.NO_SHOW, "A001", TicketState.WAITING), "A001 waits again."),
        (Done(Act.NO_SHOW, "A001", TicketState.EXPIRED), "A001 did not come and is no longer valid."),
        (Done(Act.TRANSFER, "A001", TicketState.WAITING), "A001 was transferred."),
        (Done(Act.CLOSE), ""),
    ],
)
def test_what_became_of_the_visitor(done: Done, sentence: str) -> None:
    assert words.done_sentence(ENGLISH, done) == sentence


def test_reasons() -> None:
    assert words.reason_words(ENGLISH, Reason(code="picked", params={"reason": "in a hurry"})) == "Picked: in a hurry"
    assert words.reason_words(CHINESE, Reason(code="privileged")) == "优先办理"
    assert words.reason_words(CHINESE, Reason(code="something_new")) == "something_new"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-5, "0:00"), (7, "0:07"), (187, "3:07"), (3600, "1:00:00"), (3727, "1:02:07")]
)
def test_running_times(seconds: int, text: str) -> None:
    assert words.running(timedelta(seconds=seconds)) == text


def test_waiting_times_follow_the_languages_plural() -> None:
    one, more = timedelta(minutes=1, seconds=59), timedelta(minutes=12)
    assert [words.waited(ENGLISH, span) for span in (one, more)] == ["1 minute", "12 minutes"]
    assert [words.waited(CHINESE, span) for span in (one, more)] == ["1 分钟", "12 分钟"]
