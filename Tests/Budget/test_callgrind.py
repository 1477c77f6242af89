"""Whether files of callgrind are read as callgrind means them, and what is counted of them."""

import pytest

from budget.callgrind import Call, Function, parse
from budget.cost import Cost

FILE = """\
# callgrind format
version: 1
creator: callgrind-3.19.0
positions: line
events: Ir
summary: 1180

ob=(1) /usr/bin/wdfilterd
fl=(1) ???
fn=(1) main
0 10
+3 20
cob=(2) /usr/lib/libc.so.6
cfi=(2) malloc.c
cfn=(2) malloc
calls=3 0
* 60
cfn=(3) serve
calls=1 0
0 1000

fn=(3)
fi=(2)
0 40
cob=(3) /usr/lib/libmicrohttpd.so.12.60.0
cfn=(4) MHD_run
calls=2 0
0 960

ob=(2)
fn=(2)
0 75
fn=(5) realloc
0 5
cfn=(2)
calls=1 0
0 15

ob=(3)
fn=(4)
0 100
cob=(2)
cfn=(6) __memset_avx2_unaligned_erms
calls=2 0
0 850
cob=(2)
cfn=(5)
calls=2 0
0 20

ob=(2)
fn=(6)
0 850
"""
MAIN, SERVE = Function("wdfilterd", "main"), Function("wdfilterd", "serve")
MALLOC, REALLOC = Function("libc.so.6", "malloc"), Function("libc.so.6", "realloc")
PROFILE = parse(FILE.splitlines(keepends=True))


def test_an_instruction_belongs_to_the_function_that_executes_it() -> None:
    assert PROFILE.instructions[MAIN] == 30
    assert PROFILE.instructions[SERVE] == 40
    assert PROFILE.instructions[MALLOC] == 75


def test_a_call_has_its_count_and_what_it_cost() -> None:
    assert PROFILE.calls[Call(MAIN, MALLOC)] == 3
    assert PROFILE.called[Call(MAIN, MALLOC)] == 60


def test_a_callee_without_an_object_is_in_that_of_its_caller() -> None:
    assert PROFILE.calls[Call(MAIN, SERVE)] == 1
    assert PROFILE.calls[Call(REALLOC, MALLOC)] == 1


def test_what_a_function_calls_is_included_in_its_cost_but_not_its_recursion() -> None:
    assert PROFILE.inclusive()[MAIN] == 30 + 60 + 1000
    recursive = parse(["events: Ir", "ob=a", "fn=f", "0 5", "cfn=f", "calls=4 0", "0 40"])
    assert recursive.inclusive() == {Function("a", "f"): 5}


def test_a_difference_has_what_the_second_run_did_more() -> None:
    twice = parse(line.replace("0 40", "0 140").replace("calls=3", "calls=7") for line in FILE.splitlines())
    difference = twice - PROFILE
    assert difference.instructions[SERVE] == 100
    assert difference.instructions[MAIN] == 0
    assert difference.calls[Call(MAIN, MALLOC)] == 4
    assert (PROFILE - twice).instructions[SERVE] == -100


def test_libmicrohttpd_and_the_memory_that_it_clears_are_not_counted() -> None:
    cost = Cost(PROFILE, 2)
    assert cost.by_object == {"libc.so.6": 465, "libmicrohttpd.so.12.60.0": 50, "wdfilterd": 35}
    assert (cost.libmicrohttpd, cost.clearing) == (50, 425)
    assert cost.instructions == 35 + 465 - 425


def test_an_allocation_that_allocates_in_its_turn_is_one() -> None:
    assert Cost(PROFILE, 1).allocations == 3 + 2


def test_the_most_expensive_functions_come_first() -> None:
    assert Cost(PROFILE, 10).most_inclusive(2) == [(MAIN, 109), (SERVE, 100)]
    assert Cost(PROFILE, 10).most_by_self(1) == [(Function("libc.so.6", "__memset_avx2_unaligned_erms"), 85)]


def test_a_file_with_other_events_is_refused() -> None:
    with pytest.raises(ValueError, match="only instructions"):
        parse(["events: Ir Dr Dw\n"])
