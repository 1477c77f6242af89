"""Measures the operations and compares them with the table, or writes it."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from budget.callgrind import Function
from budget.cost import Cost
from budget.operations import OPERATIONS
from budget.table import LIMIT, README, Budget, budgets, updated
from budget.tracing import Tracing


def demangled(names: list[str]) -> list[str]:
    """The names of functions as Swift's sources have them, if its toolchain is here."""
    if shutil.which("swift") is None or not names:
        return names
    command = ("swift", "demangle", "--compact", "--simplified")
    output = subprocess.run(command, input="\n".join(names), check=True, capture_output=True, text=True).stdout
    return output.splitlines()


def print_most(title: str, most: list[tuple[Function, float]]) -> None:
    """Print functions with their costs."""
    print(f"  {title}:")
    names = demangled([function.name for function, _ in most])
    for name, (function, cost) in zip(names, most, strict=True):
        print(f"  {cost:12,.0f}  {function.object}: {name}")


def print_cost(name: str, cost: Cost, top: int) -> None:
    """Print what an operation costs and, if `top` is not 0, its `top` functions."""
    print(f"{name}: {cost.instructions:,.0f} instructions, {cost.allocations:.1f} allocations")
    for item, count in cost.by_object.items():
        if round(count) > 0:
            print(f"  {count:12,.0f}  {item}")
    for count, what in ((cost.libmicrohttpd, "libmicrohttpd itself"), (cost.clearing, "memset by libmicrohttpd")):
        if round(count) > 0:
            print(f"  {-count:12,.0f}  not counted: {what}")
    if top:
        print_most("by the function's own instructions", cost.most_by_self(top))
        print_most("with the functions that it calls", cost.most_inclusive(top))


def measure(program: Path, names: list[str], top: int) -> dict[str, Budget]:
    """Measure and print these operations."""
    measured = {}
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            cost = OPERATIONS[name].measure(Tracing(program, Path(directory)))
        print_cost(name, cost, top)
        sys.stdout.flush()
        measured[name] = Budget(cost.instructions, cost.allocations)
    return measured


def check(measured: dict[str, Budget], table: dict[str, Budget]) -> int:
    """Compare with the table; the exit code."""
    faults = [f"{name}: {fault}" for name, figures in measured.items() for fault in table[name].exceeded_by(figures)]
    if faults:
        print(f"Over {LIMIT} times the table of {README.name}:", *faults, sep="\n")
        print("Mend that. If it is worth its cost, update the table with `make budget` and say why.")
        return 1
    if any(figures.exceeded_by(table[name]) for name, figures in measured.items()):
        print("Some cost far less than the table says: update it with `make budget`.")
    return 0


def main() -> int:
    """Measure the operations that the command line names, or all."""
    parser = argparse.ArgumentParser(prog="budget", description=__doc__)
    parser.add_argument("program", type=Path, help="the executable to measure, a release build")
    parser.add_argument("operations", nargs="*", help=f"of {', '.join(OPERATIONS)}; default: all")
    parser.add_argument("--write", action="store_true", help="write the table instead of comparing with it")
    parser.add_argument("--top", type=int, default=0, metavar="N", help="print the N most expensive functions")
    options = parser.parse_args()
    names: list[str] = options.operations or list(OPERATIONS)
    if unknown := set(names) - set(OPERATIONS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; use {', '.join(OPERATIONS)}")
    text = README.read_text()
    table = budgets(text)
    if set(table) != set(OPERATIONS):
        parser.error(f"{README.name} has budgets of {', '.join(table)}; measured are {', '.join(OPERATIONS)}")
    measured = measure(options.program, names, options.top)
    if options.write:
        README.write_text(updated(text, measured))
        return 0
    return check(measured, table)


if __name__ == "__main__":
    sys.exit(main())
