"""Mean waits that queueing theory knows in closed form: rates a minute, times in minutes, waits before service."""

from __future__ import annotations

from collections.abc import Sequence


def erlang_c(arrivals: float, services: float, windows: int) -> float:
    """Probability that an arrival of M/M/c must wait. Source: A. K. Erlang 1917; by the recursion of Erlang B.

    ValueError when the windows cannot keep up.
    """
    load = arrivals / services
    if load >= windows:
        raise ValueError("more work arrives than the windows can do")
    blocked = 1.0
    for number in range(1, windows + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / windows * (1 - blocked))


def mmc_wait(arrivals: float, services: float, windows: int) -> float:
    """Mean wait of M/M/c."""
    return erlang_c(arrivals, services, windows) / (windows * services - arrivals)


def mg1_wait(arrivals: float, mean: float, variance: float) -> float:
    """Mean wait of M/G/1 with service times of this mean and variance. Source: Pollaczek 1930, Khinchine 1932."""
    return arrivals * (variance + mean**2) / (2 * (1 - arrivals * mean))


def cobham_waits(arrivals: Sequence[float], mean: float, windows: int) -> list[float]:
    """Mean wait of each class of M/M/c with non-preemptive priorities, the first class highest.

    Every class has exponential service of the same mean. Source: A. Cobham, Operations Research 2 (1954), 70-76.
    """
    total, served = sum(arrivals), 1 / mean
    remaining = erlang_c(total, served, windows) / (windows * served)
    before, waits = 0.0, []
    for rate in arrivals:
        upto = before + rate * mean / windows
        waits.append(remaining / ((1 - before) * (1 - upto)))
        before = upto
    return waits
