"""A thread creation that notifies nobody, beside floor.c."""

from bench import requests
from bench.processes import Programs
from bench.queues import PID
from bench.results import Outcome
from bench.wrk import JSON_TYPE, Request

BODY = b'{"startAddress":"0x7ffbda8844f0"}'
THREADS_PATH = f"{requests.HOST}/processes/{PID}/threads"


def quiet(explain: str) -> requests.Kind:
    """The creation, whose answer lists the checked conditions or does not."""
    request = Request("POST", f"{THREADS_PATH}?explain={explain}", BODY, [JSON_TYPE])
    return requests.Kind(f"POST, explain={explain}", "createThread", request)


def measure(programs: Programs) -> Outcome:
    """Measure both kinds of answer."""
    return requests.measure(programs, [quiet("false"), quiet("true")])
