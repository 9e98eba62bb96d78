"""A claim about the engine and how it came out: what every module of proofs yields, one line each.

A module here that has a function `claims(data: Path | None) -> Iterable[Claim]` is found and run by `python -m proofs`.
`data` is a folder with recordings of real halls, or None; claims that need it say "not measured (no data)" without it,
or yield nothing.
Seeds are fixed, so that a claim comes out the same every time.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import proofs

Proof = Callable[[Path | None], Iterable["Claim"]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold; `expected` and `got` are words and figures with their units and intervals."""

    name: str
    expected: str
    got: str
    ok: bool

    def line(self) -> str:
        return f"{self.name} | expected {self.expected} | got {self.got} | {'ok' if self.ok else 'FAIL'}"


def found() -> dict[str, Proof]:
    """Every module of this package that makes claims, by name, in alphabetical order."""
    modules = {m.name: importlib.import_module(f"proofs.{m.name}") for m in pkgutil.iter_modules(proofs.__path__)}
    return {name: cast("Proof", vars(module)["claims"]) for name, module in modules.items() if "claims" in vars(module)}


def examined(proofs_by_name: dict[str, Proof], only: str, data: Path | None) -> Iterator[Claim]:
    """The claims of the module named `only`, or else those whose name holds it; all when it is empty.

    A proof that breaks is a claim that failed, and the others still run.
    """
    chosen = {only: proofs_by_name[only]} if only in proofs_by_name else proofs_by_name
    for name, proof in chosen.items():
        try:
            for claim in proof(data):
                if name == only or only in claim.name:
                    yield claim
        except Exception as error:  # noqa: BLE001 # whatever it was, it is no proof
            where = traceback.extract_tb(error.__traceback__)[-1]
            said = " ".join(str(error).split())
            got = f"{type(error).__name__}: {said} ({Path(where.filename).name}:{where.lineno})"
            yield Claim(f"{name} runs to its end", "no error", got, ok=False)
