"""The doctor's findings as a plain table for a terminal or a support ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hall.doctor.check import Chapter, Verdict

_NAME_WIDTH = 22


def lines(chapters: Sequence[Chapter]) -> Iterator[str]:
    """The table, and a last line that says whether a person is needed."""
    for chapter in chapters:
        yield chapter.title
        for check in chapter.checks:
            yield f"  {check.verdict.value:<5} {check.name:<{_NAME_WIDTH}} {check.found}".rstrip()
            if check.advice:
                yield f"  {'':<5} {'':<{_NAME_WIDTH}} -> {check.advice}"
        yield ""
    yield _conclusion(chapters)


def count(chapters: Sequence[Chapter], verdict: Verdict) -> int:
    return sum(check.verdict is verdict for chapter in chapters for check in chapter.checks)


def _conclusion(chapters: Sequence[Chapter]) -> str:
    fix, look = count(chapters, Verdict.FIX), count(chapters, Verdict.LOOK)
    if fix:
        return f"{fix} thing{'s need' if fix > 1 else ' needs'} a person: see FIX above."
    return f"Nothing needs a person{f'; {look} worth a look' if look else ''}."
