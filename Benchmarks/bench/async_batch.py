"""Batches of one host's messages, beside wrk that posts the same batches on one connection."""

import json

from bench.client import Client
from bench.engine import Receiver, receiver, webhook
from bench.processes import Programs, Server, serve
from bench.queues import ROOM, Delivery, copied, deliver, host_path
from bench.results import RATIO_COLUMNS, Goal, Outcome, Table, check, check_alike, held, spread
from bench.rounds import ROUNDS, alternate, ratios
from bench.wrk import Request, load

LARGEST = 64
BATCH = {"maxMessages": LARGEST, "maxDelayMs": 5}
MESSAGES = 192_000
HOST = "bench"
WRK, OURS = "wrk", "wdfilterd"
# wrk writes these itself.
OWN_HEADERS = ("host:", "content-length:")


def is_supported(server: Server) -> bool:
    """Whether the service can send batches."""
    client, host = Client(server.port), host_path(HOST)
    client.ask("PUT", host, {})
    setting = json.dumps(webhook("http://127.0.0.1:9/", batch=BATCH)).encode()
    answer = client.answer("PUT", f"{host}/engine", setting)
    client.ask("DELETE", host)
    check(answer.status == 200 or b'"/batch' in answer.body, f"batches are refused: {answer.body.decode()}")
    return answer.status == 200


def same_request(request: bytes) -> Request:
    """A request of wdfilterd, for wrk to post."""
    check(request.count(b'"specversion"') == LARGEST, "the copied batch is not full")
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return Request("POST", "/", body, [line for line in lines if not line.lower().startswith(OWN_HEADERS)])


def posted(receiver: Receiver, request: Request) -> Delivery:
    """Let wrk post batches."""
    receiver.reset()
    run = load(receiver.server, request, connections=1)
    count = receiver.count()
    check(run.requests <= count.requests <= run.requests + 1, f"wrk: {run.requests}, receiver: {count.requests}")
    check(count.messages == count.requests * LARGEST, f"{count.messages} messages in {count.requests} batches")
    return Delivery(count.rate, 0, 0, count.request_bytes)


def measure(programs: Programs) -> Outcome:
    """Measure both sides, if the service can send batches."""
    with receiver(programs) as engine, serve(programs, **ROOM) as server:
        if not is_supported(server):
            return Outcome("**Not supported by this program**: `batch` of a webhook engine is refused.")
        request = same_request(copied(server, HOST, LARGEST, batch=BATCH))
        sides = alternate(
            {
                WRK: lambda: posted(engine, request),
                OURS: lambda: deliver(server, engine, [HOST], MESSAGES, batch=BATCH),
            }
        )
    check_alike("bytes of a batch", [runs[0].request_bytes for runs in sides.values()])
    rates = {side: [run.rate for run in runs] for side, runs in sides.items()}
    table = Table(("side", "messages/s"), [(side, spread(values)) for side, values in rates.items()])
    compared = [held("rate", ratios(rates[OURS], rates[WRK]), Goal(least=0.5))]
    note = f"{ROUNDS} rounds of {MESSAGES:,} LoadImage messages in batches of {LARGEST}; wrk posts for a second."
    return Outcome(note, [table, Table(RATIO_COLUMNS, compared)])
