"""The runner of proofs: a line a claim, a failure is a failure, and a broken proof does not hide the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs import __main__ as command
from proofs.claims import Claim, examined, found


def good(_: Path | None) -> Iterator[Claim]:
    yield Claim("sums: two and two", "4", "4", ok=True)


def bad(_: Path | None) -> Iterator[Claim]:
    yield Claim("sums: two and three", "5", "6", ok=False)


def broken(_: Path | None) -> Iterator[Claim]:
    yield Claim("begun", "something", "something", ok=True)
    raise ValueError("the end\nof it")


def test_a_claim_is_one_line_with_its_verdict() -> None:
    assert Claim("sums", "4 min", "5 min", ok=False).line() == "sums | expected 4 min | got 5 min | FAIL"
    assert Claim("sums", "4 min", "4 min", ok=True).line().endswith("| ok")


def test_a_proof_that_breaks_fails_and_the_others_still_run() -> None:
    claims = list(examined({"broken": broken, "good": good}, "", None))
    assert [claim.ok for claim in claims] == [True, False, True]
    assert claims[1].name == "broken runs to its end"
    assert claims[1].got.startswith("ValueError: the end of it (test_proofs_claims.py:")


def test_only_names_a_module_or_a_part_of_a_claim() -> None:
    both = {"good": good, "bad": bad}
    assert [claim.expected for claim in examined(both, "bad", None)] == ["5"]
    assert [claim.expected for claim in examined(both, "two and two", None)] == ["4"]


@pytest.mark.parametrize(
    ("proofs", "code"), [({"good": good}, 0), ({"good": good, "bad": bad}, 1), ({"broken": broken}, 1), ({}, 1)]
)
def test_the_exit_code_is_1_unless_all_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], proofs: dict[str, object], code: int
) -> None:
    monkeypatch.setattr(command, "found", lambda: proofs)
    assert command.main([]) == code
    assert len(capsys.readouterr().out.splitlines()) == sum(2 if name == "broken" else 1 for name in proofs)


def test_the_modules_of_proofs_are_found() -> None:
    assert "theory" in found()
    assert "claims" not in found()
