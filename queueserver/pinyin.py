"""Spells Chinese names in pinyin, so that a visitor finds a service by typing its sounds or their first letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

_PIECE = re.compile(r"[㐀-鿿豈-\ufaff\U00020000-\U0003ffff〇]+|[A-Za-z]+|\d+|[^\W_]+")
_HAN = re.compile(r"[㐀-鿿豈-\ufaff\U00020000-\U0003ffff〇]")

# Words of service halls that pypinyin's own dictionary reads otherwise.
load_phrases_dict(
    {
        "还款": [["huán"], ["kuǎn"]],
        "还本": [["huán"], ["běn"]],
        "大夫": [["dài"], ["fu"]],
        "朝阳区": [["cháo"], ["yáng"], ["qū"]],
    }
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """`pinyin` without tones and spaces ("shehuibaozhang"), `initials` its first letters ("shbz"), both lower case."""

    pinyin: str
    initials: str


@lru_cache(maxsize=16384)
def spell(name: str) -> Spelling:
    """Spell `name`, phrase by phrase because many characters have several readings (银行 yinhang, 行政 xingzheng).

    Letters and digits stay, brackets and other marks are dropped, ü is v as on a keyboard. Of a word in letters the
    initial counts, or all of it when it is an abbreviation in capitals (ETC).
    """
    sounds: list[str] = []
    initials: list[str] = []
    for piece in _PIECE.findall(name):
        if _HAN.match(piece):
            syllables = [
                syllable for syllable in lazy_pinyin(piece, style=Style.NORMAL, errors="ignore") if syllable.isascii()
            ]
            sounds += syllables
            initials += [syllable[0] for syllable in syllables]
        else:
            # lower() may add marks, as in Turkish İ
            word = "".join(character for character in piece.lower() if character.isalnum())
            sounds.append(word)
            initials.append(word if piece.isdigit() or (piece.isascii() and piece.isupper()) else word[0])
    return Spelling("".join(sounds), "".join(initials))
