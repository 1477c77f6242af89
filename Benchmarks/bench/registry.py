"""The table of benchmarks: a new one is a line here, and a module with `measure` and a title as docstring."""

from types import ModuleType

from bench import (
    async_,
    async_batch,
    async_hosts,
    core,
    dribble,
    fleet,
    footprint,
    http_quiet,
    http_read,
    memory,
    peers,
    replay,
    replay_memory,
    scale,
    scenarios,
    shapes,
    size,
    streams,
    sweep,
    sync,
)

# By the name that `make bench-NAME` takes, in the order of the file of results.
BENCHMARKS: dict[str, ModuleType] = {
    "async": async_,
    "async-hosts": async_hosts,
    "async-batch": async_batch,
    "sync": sync,
    "http-quiet": http_quiet,
    "http-read": http_read,
    "core": core,
    "peers": peers,
    "replay": replay,
    "shapes": shapes,
    "sweep": sweep,
    "footprint": footprint,
    "streams": streams,
    "dribble": dribble,
    "scenarios": scenarios,
    "scale": scale,
    "hosts": size,
    "fleet": fleet,
    "memory": memory,
    "replay-memory": replay_memory,
}
# Too long for `make bench`; the program beside which `peers` measures takes minutes to build.
APART = {"peers", "scale", "hosts", "fleet", "memory", "replay-memory"}


def title(name: str) -> str:
    """What a benchmark measures, in a sentence."""
    return (BENCHMARKS[name].__doc__ or name).splitlines()[0]
