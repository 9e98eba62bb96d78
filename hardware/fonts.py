"""Finds the one font family whose Chinese, Latin and rare name characters a slip can trust."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from hardware.errors import FontError

PROPORTIONAL = "Noto Sans CJK SC"
FIXED = "Noto Sans Mono CJK SC"

_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/local/share/fonts",
)


@lru_cache(maxsize=1)
def load(size: int, *, bold: bool = False, family: str = PROPORTIONAL) -> ImageFont.FreeTypeFont:
    """The font at `size` dots per em; raises FontError that names the package to install.

    One is kept: each size maps the file anew (3 MB with what it reads of it), and opening it again takes 1 ms.
    """
    path, index = _face("Bold" if bold else "Regular", family)
    return ImageFont.truetype(str(path), size, index=index)


def close() -> None:
    """Give the font back that is still open; the next `load` opens it again."""
    load.cache_clear()


@lru_cache(maxsize=8)
def _face(weight: str, family: str) -> tuple[Path, int]:
    for path in _candidates(weight, family):
        index = _index_of(path, family)
        if index is not None:
            return path, index
    raise FontError(f"no font for Chinese ({family} {weight}): install the Debian package fonts-noto-cjk")


def _candidates(weight: str, family: str) -> list[Path]:
    known = [Path(folder) / f"NotoSansCJK-{weight}.ttc" for folder in _FOLDERS]
    return [path for path in known if path.is_file()] or _asked(weight, family)


def _asked(weight: str, family: str) -> list[Path]:
    command = ["fc-match", "-f", "%{file}", f"{family}:style={weight}"]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=5, check=True, text=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    path = Path(answer)
    return [path] if path.is_file() else []


def _index_of(path: Path, family: str) -> int | None:
    """Collections differ in the order of their faces; the name is what counts."""
    for index in range(16):
        try:
            if ImageFont.truetype(str(path), 16, index=index).getname()[0] == family:
                return index
        except OSError:
            return None
    return None
