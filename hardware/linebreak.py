"""Breaks Chinese and Latin text into lines, because a slip must never cut a sentence at the paper's edge."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

NOT_FIRST = frozenset("、。，．：；？！）］｝〉》」』】〕”’…—～·,.:;?!)]}%℃")
PAUSES = frozenset("，。；：！？）)—,;:!?")
UNEVEN = 1.4  # how much longer than an even half a line may be for the sake of its sense
NOT_LAST = frozenset("（［｛〈《「『【〔“‘([{￥$#＃")


def is_wide(char: str) -> bool:
    """Whether `char` takes the place of two Latin letters on a fixed grid (a Han character, its punctuation)."""
    return unicodedata.east_asian_width(char) in {"W", "F"}


def pieces(text: str) -> list[str]:
    """Split `text` into what must stay together: Latin words, single Han characters with their punctuation."""
    found: list[str] = []
    for char in text:
        if found and _joins(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _joins(before: str, char: str) -> bool:
    last = before[-1]
    if char == " ":
        return last != " "
    if last == " ":
        return False
    if char in NOT_FIRST or last in NOT_LAST or unicodedata.combining(char):
        return True
    return not (is_wide(last) or is_wide(char))


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines of `text` none of which measures more than `width`, unless a single character does.

    Nothing is lost but the spaces at line ends; a word wider than a line is broken between characters.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph.strip(), width, measure))
    return lines


def balanced(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """As `wrap`, but with lines of like length, so that a centred paragraph does not end in one lonely character.

    Two lines part after a comma or the like when one stands near enough to the middle.
    """
    lines = wrap(text, width, measure)
    if len(lines) < 2 or "\n" in text:
        return lines
    low, high = width / 2, width
    for _ in range(6):
        middle = (low + high) / 2
        narrower = wrap(text, middle, measure)
        if len(narrower) == len(lines) and max(map(measure, narrower)) <= width:
            lines, high = narrower, middle
        else:
            low = middle
    return _at_a_pause(text.strip(), min(width, UNEVEN * high), measure) or lines if len(lines) == 2 else lines


def _at_a_pause(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The most even two lines of at most `width` that part at a pause, or nothing."""
    parts = pieces(text)
    halves = [
        ["".join(parts[:cut]).rstrip(), "".join(parts[cut:]).rstrip()]
        for cut in range(1, len(parts))
        if parts[cut - 1].rstrip()[-1:] in PAUSES
    ]
    best = min(halves, key=lambda lines: max(map(measure, lines)), default=[])
    return best if best and max(map(measure, best)) <= width else []


def _wrap_paragraph(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in pieces(text):
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line:
            lines.append(line.rstrip())
        *full, line = _broken(piece, width, measure)
        lines.extend(full)
    lines.append(line.rstrip())
    return lines


def _broken(piece: str, width: float, measure: Callable[[str], float]) -> list[str]:
    parts = [""]
    for char in piece:
        if parts[-1] and measure((parts[-1] + char).rstrip()) > width:
            parts.append("")
        parts[-1] += char
    return parts
