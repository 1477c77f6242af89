"""Reading a process and reading the counters, beside floor.c."""

from bench import requests
from bench.processes import Programs
from bench.queues import PID
from bench.results import Outcome
from bench.wrk import Request


def measure(programs: Programs) -> Outcome:
    """Measure both resources."""
    process = Request("GET", f"{requests.HOST}/processes/{PID}")
    counters = Request("GET", f"{requests.HOST}/counters")
    kinds = [
        requests.Kind("GET a process", "getProcess", process),
        requests.Kind("GET counters", "getCounters", counters),
    ]
    return requests.measure(programs, kinds)
