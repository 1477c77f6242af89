"""64 hosts at once, whose queues are full, to one receiver, beside one thread of libcurl's multi interface."""

from bench.async_ import cpu, rates, rows
from bench.engine import in_file, numbered, receiver
from bench.posting import enough, post
from bench.processes import Programs, serve
from bench.queues import copied, deliver
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check_alike, held
from bench.rounds import ROUNDS, alternate, ratios

NAMES = [f"bench-{number:02}" for number in range(64)]
MULTI, OURS = "curl-multi.c", "wdfilterd"


def measure(programs: Programs) -> Outcome:
    """Measure both sides."""
    with (
        receiver(programs) as engine,
        serve(programs) as server,
        in_file(numbered(copied(server, NAMES[0]))) as message,
    ):
        count = enough(programs, "curl-multi", engine, message, str(len(NAMES)))
        sides = alternate(
            {
                MULTI: lambda: post(programs, "curl-multi", engine, message, count, str(len(NAMES))),
                OURS: lambda: deliver(server, engine, NAMES, count),
            }
        )
    check_alike("bytes of a request", [runs[0].request_bytes for runs in sides.values()])
    compared = [
        held("rate", ratios(rates(sides[OURS]), rates(sides[MULTI])), Goal(least=0.7)),
        held("CPU time a message", ratios(cpu(sides[OURS]), cpu(sides[MULTI]))),
    ]
    note = f"{ROUNDS} rounds of {count:,} LoadImage messages of {len(NAMES)} hosts."
    return Outcome(note, [rows(sides), Table(RATIO_COLUMNS, compared)])
