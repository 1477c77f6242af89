"""One host's messages to a webhook, with a full queue, beside libcurl in a loop."""

from bench.engine import SECRET, in_file, numbered, receiver
from bench.posting import enough, post
from bench.processes import Programs, serve
from bench.queues import ROOM, Delivery, copied, deliver
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, check_alike, held, spread
from bench.rounds import ROUNDS, alternate, ratios

HOST = "bench"
LOOP, UNSIGNED, SIGNED = "curl-loop.c", "wdfilterd", "wdfilterd, signed"
COLUMNS = ("side", "messages/s", "µs of CPU time a message", "user", "system")


def rows(sides: dict[str, list[Delivery]]) -> Table:
    """How fast each side is, and what a message takes."""
    return Table(
        COLUMNS,
        [
            (
                side,
                spread([run.rate for run in runs]),
                spread([run.cpu_us for run in runs], ".1f"),
                spread([run.user_us for run in runs], ".1f"),
                spread([run.system_us for run in runs], ".1f"),
            )
            for side, runs in sides.items()
        ],
    )


def rates(runs: list[Delivery]) -> list[float]:
    """Messages a second."""
    return [run.rate for run in runs]


def cpu(runs: list[Delivery]) -> list[float]:
    """CPU time a message."""
    return [run.cpu_us for run in runs]


def measure(programs: Programs) -> Outcome:
    """Measure all three sides."""
    with (
        receiver(programs) as engine,
        serve(programs, **ROOM) as server,
        in_file(numbered(copied(server, HOST))) as message,
    ):
        count = enough(programs, "curl-loop", engine, message)
        sides = alternate(
            {
                LOOP: lambda: post(programs, "curl-loop", engine, message, count),
                UNSIGNED: lambda: deliver(server, engine, [HOST], count),
                SIGNED: lambda: deliver(server, engine, [HOST], count, secret=SECRET),
            }
        )
    check_alike("bytes of a request", [sides[side][0].request_bytes for side in (LOOP, UNSIGNED)])
    more = sides[SIGNED][0].request_bytes - sides[UNSIGNED][0].request_bytes
    check(more > len(SECRET), f"a signed message has only {more:.0f} bytes more")
    loop, unsigned, signed = sides[LOOP], sides[UNSIGNED], sides[SIGNED]
    compared = [
        held("rate, to curl-loop.c", ratios(rates(unsigned), rates(loop)), Goal(least=0.8)),
        held("CPU time a message, to curl-loop.c", ratios(cpu(unsigned), cpu(loop)), Goal(most=1.6)),
        held("rate, signed to unsigned", ratios(rates(signed), rates(unsigned)), Goal(least=0.9)),
    ]
    size = sides[UNSIGNED][0].request_bytes
    note = f"{ROUNDS} rounds of {count:,} LoadImage messages of {size:.0f} bytes with their heads."
    return Outcome(note, [rows(sides), Table(RATIO_COLUMNS, compared)])
