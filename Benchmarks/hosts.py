"""Many hosts with one engine: whether messages fail, how many descriptors it takes, and what the rate comes to.

The service and `wdfilterd engine` run on this machine. Each round has the same number of messages, half direct and half
async, divided among 100 hosts, then among more; rates are compared within a round.
"""

import argparse
import http.client
import json
import queue
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENTS = 32


@contextmanager
def running(binary: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """A command that prints its port in its first line: its pid and port."""
    with subprocess.Popen(
        [binary, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield process.pid, int(line.rsplit(":", 1)[1])
        finally:
            process.terminate()
            process.communicate()


def ask(
    client: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str = "",
    kind: str = "json",
) -> dict:
    """Ask the service; anything but 2xx is an error."""
    client.request(method, path, body, {"Content-Type": f"application/{kind}"} if body else {})
    answer = client.getresponse()
    content = answer.read()
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {content!r}")
    return json.loads(content) if content else {}


def for_all(port: int, names: list[str], do: Callable[[http.client.HTTPConnection, str], None]) -> None:
    """Do something for each host, on connections that are kept."""
    line: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        line.put(name)
    faults: list[Exception] = []

    def work() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            while True:
                do(client, line.get_nowait())
        except queue.Empty:
            pass
        except Exception as fault:
            faults.append(fault)
        client.close()

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


class Descriptors:
    """Looks how many descriptors a process has, and keeps the most."""

    def __init__(self, pid: int) -> None:
        """Of the process `pid`."""
        self.path = Path(f"/proc/{pid}/fd")
        self.idle = self.most = sum(1 for _ in self.path.iterdir())
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.02):
            self.most = max(self.most, sum(1 for _ in self.path.iterdir()))

    def stop(self) -> int:
        """End the looking; how many there were above idle."""
        self.over.set()
        self.thread.join()
        return self.most - self.idle


def measure(port: int, pid: int, engine: str, hosts: int, messages: int) -> tuple[float, int, int]:
    """Rate, failures and descriptors above idle with so many hosts."""
    names = [f"bench-{number}" for number in range(hosts)]
    body = json.dumps(
        {
            "engine": {"type": "webhook", "url": engine},
            "config": {"asyncTimeoutMs": 20000},
        }
    )
    pairs = messages // hosts // 2
    lines = "".join(
        json.dumps(
            {
                "type": "processCreate",
                "processId": 1000 + 4 * number,
                "imageFileName": "a.exe",
            }
        )
        + "\n"
        + json.dumps({"type": "processExit", "processId": 1000 + 4 * number})
        + "\n"
        for number in range(pairs)
    )
    for_all(
        port,
        names,
        lambda client, name: ask(client, "PUT", f"/v1/hosts/{name}", body) and None,
    )
    descriptors = Descriptors(pid)
    start = time.monotonic()
    for_all(
        port,
        names,
        lambda client, name: ask(client, "POST", f"/v1/hosts/{name}/events", lines, "x-ndjson") and None,
    )
    for_all(
        port,
        names,
        lambda client, name: ask(client, "POST", f"/v1/hosts/{name}/worker/drain", "{}") and None,
    )
    spent = time.monotonic() - start
    above = descriptors.stop()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    sent = failed = 0
    for name in names:
        counters = ask(client, "GET", f"/v1/hosts/{name}/counters")
        sent += counters["async"]["sent"] + counters["direct"]["fltSendMessageCount"]
        failed += counters["async"]["sendFailed"] + counters["async"]["droppedOnOverflow"]
        failed += counters["direct"]["fltSendMessageError"]
    for name in names:
        ask(client, "DELETE", f"/v1/hosts/{name}")
    client.close()
    if sent + failed < 2 * pairs * hosts:
        raise RuntimeError(f"{sent} of {2 * pairs * hosts} messages were sent")
    return sent / spent, failed, above


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--hosts", type=int, nargs="+", default=[1000, 4000])
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sizes = [100, *options.hosts]
    results: dict[int, list[tuple[float, int, int]]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "wdfilterd.yaml"
        config.write_text("server: {listen: '127.0.0.1:0'}\nhosts: {limit: 5000}\n")
        with (
            running(options.binary, "engine", "--listen", "127.0.0.1:0") as (_, engine),
            running(options.binary, "serve", "--config", str(config)) as (pid, port),
        ):
            for _ in range(options.rounds):
                for size in sizes:
                    result = measure(port, pid, f"http://127.0.0.1:{engine}/", size, options.messages)
                    results[size].append(result)
                    rate, failed, above = result
                    print(
                        f"{size} hosts: {rate:,.0f} messages/s, {failed} failed, {above} descriptors",
                        flush=True,
                    )
    print("\n| hosts | messages/s | ratio to 100 hosts | failed | descriptors above idle, clients' among them |")
    print("|---|---|---|---|---|")
    for size in sizes:
        rates = [result[0] for result in results[size]]
        ratios = [rate / base[0] for rate, base in zip(rates, results[100], strict=True)]
        print(
            f"| {size:,} | {statistics.median(rates):,.0f} | {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f}) | {sum(result[1] for result in results[size])}"
            f" | {max(result[2] for result in results[size])} |"
        )


if __name__ == "__main__":
    main()
