"""A server process to be killed: takes and calls as fast as it can, and says of each what it was answered.

Run as `python tests/store/issuing_process.py URL`, by its path because a library brings a package named tests; one
JSON line for each acknowledged command on standard output.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import Any

from store_kit import Office

from queueserver.clock import SystemClock
from queueserver.handlers import commands


async def main(url: str) -> None:
    async with Office(url, SystemClock()) as office:
        await asyncio.gather(*(issue(office, n) for n in range(8)), *(call(office, w) for w in ("w1", "w2")))


def acknowledged(what: str, answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"what": what, **answer}) + "\n")
    sys.stdout.flush()


async def issue(office: Office, issuer: int) -> None:
    for n in itertools.count():
        key = f"issuer-{issuer}-{n}"
        acknowledged("issued", {"key": key, **await office.take("invoices" if n % 9 else "pension", key)})


async def call(office: Office, window: str) -> None:
    await office.open(window)
    while True:
        answer = await office.do(commands.CallNext(window))
        if "number" in answer:
            acknowledged("called", answer)
            await office.do(commands.Start(window))
            acknowledged("finished", await office.do(commands.Finish(window, "done", ())))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
