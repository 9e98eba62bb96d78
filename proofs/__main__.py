"""`make proofs`: every claim on a line of its own; exit 1 when one does not hold."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from proofs.claims import examined, found


def main(argv: Sequence[str] | None = None) -> int:
    """0 when every claim holds, 1 when one fails or none was examined, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="one module of proofs, or a part of claims' names")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with recordings of real halls")
    given = parser.parse_args(argv)
    if given.data is not None and not given.data.is_dir():
        parser.error(f"--data: there is no folder {given.data}")
    began, held, failed = time.monotonic(), 0, 0
    for claim in examined(found(), given.only, given.data):
        print(claim.line(), flush=True)
        held, failed = held + claim.ok, failed + (not claim.ok)
    print(f"{held} held, {failed} failed, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0 if held and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
