"""Leaves each slip and sound of a virtual device as the next numbered file, whole or not at all."""

from __future__ import annotations

from pathlib import Path


class NumberedFiles:
    """0001.png, 0002.png, ... in one folder, going on after what is there already."""

    def __init__(self, folder: Path, suffix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._suffix = suffix
        taken = [int(path.stem) for path in folder.glob(f"*{suffix}") if path.stem.isdecimal()]
        self._last = max(taken, default=0)

    @property
    def last(self) -> int:
        """Number of the newest file, 0 when there is none."""
        return self._last

    def write(self, content: bytes) -> Path:
        """The path of the new file. Watchers never see a part of it: it gets its name when it is complete."""
        path = self._folder / f"{self._last + 1:04d}{self._suffix}"
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
        self._last += 1
        return path
