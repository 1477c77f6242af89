"""How the cost of something grows with the number of things there are."""

from collections.abc import Callable

from cost.readings import cpu_seconds, settle

REPEATS = 3
LEAST_SECONDS = 0.04
MOST_TIMES = 4096

Doing = Callable[[int], object]
"""Does the same thing as many times as it is given."""


def cost_of(process: int, doing: Doing, *, once: bool = False) -> float:
    """CPU seconds that `process` takes to do it one time: the least of several measurements.

    It is done so often that a measurement takes LEAST_SECONDS. What can be done only `once` may go on after its answer.
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
