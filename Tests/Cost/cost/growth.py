"""How the cost of an operation grows with the number of things that exist."""

from collections.abc import Callable

from cost.readings import cpu_seconds, settle

REPEATS = 3
LEAST_SECONDS = 0.04
MOST_TIMES = 4096

Doing = Callable[[int], object]
"""Does the same thing the given number of times."""


def cost_of(process: int, doing: Doing, *, once: bool = False) -> float:
    """CPU seconds of `process` for doing it one time: the minimum of several measurements.

    It is repeated until a measurement takes LEAST_SECONDS. With `once`, the service may continue to work after its
    response.
    """

    def measured(times: int) -> float:
        begun = cpu_seconds(process)
        doing(times)
        return cpu_seconds(process) - begun

    if once:
        settle(process)
        return measured(1) + settle(process)
    times = 1
    while (taken := measured(times)) < LEAST_SECONDS and times < MOST_TIMES:
        times *= 2 if taken > LEAST_SECONDS / 8 else 8
    return min(taken, *(measured(times) for _ in range(REPEATS - 1))) / times
