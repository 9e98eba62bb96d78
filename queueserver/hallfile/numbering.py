"""Checks that no two queues can give out the same ticket number, and that every number fits its digits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from string import ascii_uppercase

from contract.config import Queue
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, Params, Path


def check_numbers(entries: Entries) -> Iterator[Finding]:
    """Ranges that are reversed, too long, too small or shared."""
    queues = list(entries.sound("queues", Queue))
    for index, queue in queues:
        yield from _range(entries, index, queue)
    free = next(_prefixes_besides({queue.prefix for _, queue in queues}), "")
    for (_, one), (index, two) in combinations(queues, 2):
        if one.prefix and one.prefix == two.prefix and one.id != two.id:
            yield from _shared_prefix(entries, index, one, two, free)


def prefixes() -> Iterator[str]:
    """A to Z, then AA to ZZ."""
    yield from ascii_uppercase
    yield from ("".join(pair) for pair in product(ascii_uppercase, repeat=2))


def _prefixes_besides(taken: set[str]) -> Iterator[str]:
    return (prefix for prefix in prefixes() if prefix not in taken)


def _range(entries: Entries, index: int, queue: Queue) -> Iterator[Finding]:
    path: Path = ("queues", index, "last")
    subject = entries.subject(path)
    if queue.first > queue.last:
        yield Finding(
            "range_reversed", ("queues", index, "first"), {"subject": subject, "first": queue.first, "last": queue.last}
        )
        return
    if len(str(queue.last)) > queue.digits:
        needed, largest = len(str(queue.last)), 10**queue.digits - 1
        params: Params = {"subject": subject, "last": queue.last, "digits": queue.digits}
        yield Finding("number_too_long", path, {**params, "needed": needed, "largest": largest})
    size = queue.last - queue.first + 1
    if queue.daily_limit is not None and queue.daily_limit > size:
        params = {"subject": subject, "limit": queue.daily_limit, "size": size}
        yield Finding("limit_above_range", ("queues", index, "daily_limit"), params)


def _shared_prefix(entries: Entries, index: int, one: Queue, two: Queue, free: str) -> Iterator[Finding]:
    path: Path = ("queues", index, "prefix")
    params: Params = {
        "subject": entries.subject(path),
        "other": f"queue '{one.id}'",
        "prefix": two.prefix,
        "free": free or "none",
    }
    lowest = max(one.first, two.first)
    if one.digits != two.digits:
        yield Finding("digits_differ", path, params)
    elif lowest <= min(one.last, two.last):
        yield Finding("numbers_overlap", path, {**params, "number": f"{two.prefix}{lowest:0{two.digits}}"})
