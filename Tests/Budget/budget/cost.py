"""What one operation costs, out of two profiles."""

from collections import Counter
from dataclasses import dataclass

from budget.callgrind import Function, Profile

ALLOCATING = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign", "valloc"}
LIBC = "libc.so"
LIBMICROHTTPD = "libmicrohttpd"


@dataclass(frozen=True)
class Cost:
    """The cost of one operation: the difference of two runs that differ in nothing but their number of operations."""

    profile: Profile
    operations: int
    """By how many operations the runs differ."""

    @property
    def instructions(self) -> float:
        """The instructions that count: all but libmicrohttpd's own and its clearing of memory."""
        return sum(self.by_object.values()) - self.libmicrohttpd - self.clearing

    @property
    def by_object(self) -> dict[str, float]:
        """The instructions in each program and library, most first."""
        sums = Counter[str]()
        for function, count in self.profile.instructions.items():
            sums[function.object] += count
        return {name: count / self.operations for name, count in sums.most_common()}

    @property
    def libmicrohttpd(self) -> float:
        """The instructions in libmicrohttpd itself."""
        return sum(count for name, count in self.by_object.items() if name.startswith(LIBMICROHTTPD))

    @property
    def clearing(self) -> float:
        """The instructions of memset that libmicrohttpd calls.

        It clears the memory of a connection for each request. A processor does that in one instruction, which
        callgrind counts once for each byte or word.
        """
        cleared = (
            cost
            for call, cost in self.profile.called.items()
            if call.caller.object.startswith(LIBMICROHTTPD) and "memset" in call.callee.name
        )
        return sum(cleared) / self.operations

    @property
    def allocations(self) -> float:
        """The calls of functions that allocate, whoever calls them, but not of one by another."""
        counts = (
            count
            for call, count in self.profile.calls.items()
            if _allocates(call.callee) and not _allocates(call.caller)
        )
        return sum(counts) / self.operations

    def most_by_self(self, count: int) -> list[tuple[Function, float]]:
        """The functions that execute the most instructions themselves."""
        return self._most(self.profile.instructions, count)

    def most_inclusive(self, count: int) -> list[tuple[Function, float]]:
        """The functions that, with those they call, execute the most instructions."""
        return self._most(self.profile.inclusive(), count)

    def _most(self, costs: Counter[Function], count: int) -> list[tuple[Function, float]]:
        return [(function, cost / self.operations) for function, cost in costs.most_common(count)]


def _allocates(function: Function) -> bool:
    return function.object.startswith(LIBC) and function.name in ALLOCATING
