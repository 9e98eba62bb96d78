"""The folders of one demo run: what is left for people in `out`, what the parts need while they run in `work`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit

LEFT = {"slips": "*.png", "screens": "*.png", "announcements": "*.wav", "logs": "*.log"}
"""Folders of `out` and the files in them that are ours."""
FILES = ("summary.json", "events.jsonl")


class Workplace:
    """Makes the folders; what an earlier run left in `out` is removed, anything else there is left alone."""

    def __init__(self, out: Path, work: Path) -> None:
        self.out = out
        self.work = work
        out.mkdir(parents=True, exist_ok=True)
        for folder, pattern in LEFT.items():
            (out / folder).mkdir(exist_ok=True)
            for old in (out / folder).glob(pattern):
                old.unlink()
        for name in FILES:
            (out / name).unlink(missing_ok=True)

    @property
    def logs(self) -> Path:
        return self.out / "logs"

    @property
    def screens(self) -> Path:
        return self.out / "screens"

    @property
    def database(self) -> str:
        """The server's database as an SQLAlchemy URL."""
        return f"sqlite:///{self.data / 'hall.db'}"

    @property
    def data(self) -> Path:
        return self.work / "server"

    def device_folder(self, device: str, kind: str) -> Path:
        """Where a virtual device leaves its files while it runs; `kind` is "slips" or "announcements"."""
        return self.work / kind / device

    def settings(self, name: str, part: str, values: Mapping[str, object]) -> Path:
        """A settings file for one part; readable by us alone, because it holds the device's token."""
        path = self.work / f"{name}.toml"
        path.touch(mode=0o600)
        path.write_text(tomlkit.dumps({part: dict(values)}), encoding="utf-8")
        return path

    def gather(self, kind: str, suffix: str, labels: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """Copy what the virtual devices left to `out`; returns the names, e.g. kiosk-1-0007-A012.png.

        `labels` are the numbers each device should have on its files, in order; where there are more or fewer files
        than labels nobody can say which is which, and they go without.
        """
        names: list[str] = []
        for folder in sorted((self.work / kind).glob("*")):
            files = sorted(folder.glob(f"*{suffix}"))
            known = labels.get(folder.name, ())
            marks = known if len(known) == len(files) else [""] * len(files)
            for file, mark in zip(files, marks, strict=True):
                parts = (folder.name, file.stem, mark)
                names.append("-".join(part for part in parts if part) + suffix)
                shutil.copyfile(file, self.out / kind / names[-1])
        return tuple(names)
