#!/usr/bin/env python3
"""A mixed load with faults of every kind, for some minutes: does anything grow, and do the sums match at the end?

The run is limited in time and in the number of clients, and uses only loopback addresses. If run as root, it has its
own mount namespace with a resolver that never answers; otherwise engine names fail to resolve, which is faster. `make
soak` starts it.
"""

import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from contract.receiver import Receiver
from contract.service import LINE, binary

from cost.asking import Connection, get, sending
from cost.loads import HOSTS, Load
from cost.readings import Probe, cpu_seconds, descriptors, resident_mib, status

DEAD_RESOLVER = "127.9.9.9"
INSIDE = "WDFILTERD_SOAK_NAMESPACE"
SAMPLE_SECONDS = 30
SETTLE_SECONDS = 75
"""Longer than any timeout of the service, so that nothing of a disconnected client is left."""
JOURNAL = 500
"""Messages per host, so that all journals are full after a few minutes."""
WAYS = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")


def with_a_dead_resolver() -> None:
    """Start again with a resolver that never answers."""
    file = Path(tempfile.mkdtemp()) / "resolv.conf"
    file.write_text(f"nameserver {DEAD_RESOLVER}\noptions timeout:5 attempts:2\n")
    script = 'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"'
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--mount", "sh", "-euc", script, "soak", str(file), sys.executable, *sys.argv])


class Service:
    """wdfilterd with a log that nobody reads until the end."""

    def __init__(self, directory: Path, log_level: str) -> None:
        """Start it."""
        reading, writing = os.pipe()
        config = directory / "wdfilterd.yaml"
        config.write_text(f"messages:\n  capacity: {JOURNAL}\n")
        command = [str(binary()), "serve", "--listen", "127.0.0.1:0", "--log-level", log_level, "--config", str(config)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")}
        self.process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=writing,
            env=environment,
            text=True,
        )
        os.close(writing)
        self._log = reading
        assert self.process.stdout is not None
        match = LINE.fullmatch(self.process.stdout.readline())
        assert match is not None, "it does not start"
        self.port = int(match[2])

    def stop(self) -> tuple[int, str]:
        """Read its log and stop it; return the exit code and the end of the log."""
        kept = bytearray()

        def read() -> None:
            while data := os.read(self._log, 1 << 16):
                kept.extend(data)
                del kept[: -(1 << 16)]

        reader = threading.Thread(target=read)
        reader.start()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        reader.join()
        return code, kept.decode(errors="replace")


def sample(service: Service, probe: Probe, minute: float) -> None:
    """Print a row of the table."""
    process = service.process.pid
    worst = probe.worst_ms()
    cells = (
        f"{minute:.1f}",
        f"{resident_mib(process):,.0f}",
        str(descriptors(process)),
        status(process)["Threads"],
        f"{worst:,.0f}",
        f"{cpu_seconds(process):,.0f}",
    )
    print(f"| {' | '.join(cells)} |", flush=True)


def unaccounted(connection: Connection) -> dict[str, int]:
    """Hosts whose sums do not match (ASY-10), with the number of missing messages."""
    missing = {}
    for number in range(HOSTS):
        told = json.loads(connection.body(get(f"/v1/hosts/soak-{number}/counters")))["async"]
        if difference := told["enqueued"] - sum(told[way] for way in WAYS):
            missing[f"soak-{number}"] = difference
    return missing


def soak(minutes: float, seed: int, service: Service) -> int:
    """Run the load; return 1 if something is wrong."""
    receiver = Receiver()
    connection = Connection(service.port)
    for number in range(HOSTS):
        connection.body(sending("PUT", f"/v1/hosts/soak-{number}", {}))
    probe = Probe(service.port)
    print(f"seed {seed}\n\n| minute | RSS, MiB | descriptors | threads | worst /livez, ms | CPU s |\n{'|---' * 6}|")
    begun = time.monotonic()
    sample(service, probe, 0)
    load = Load(service.port, receiver, seed)
    load.start_all()
    while (passed := time.monotonic() - begun) < minutes * 60:
        time.sleep(max(0.0, min(SAMPLE_SECONDS, minutes * 60 - passed)))
        sample(service, probe, (time.monotonic() - begun) / 60)
        receiver.requests.clear()
    load.join()
    for number in range(HOSTS):
        connection.body(sending("PUT", f"/v1/hosts/soak-{number}/engine", {"type": "embedded"}))
    time.sleep(SETTLE_SECONDS)
    sample(service, probe, (time.monotonic() - begun) / 60)
    print("\ndone:", json.dumps(load.counts), "\nfaults seen by clients:", json.dumps(load.faults))
    missing = unaccounted(connection)
    print("hosts whose sums do not hold:", missing or "none")
    probe.close()
    connection.close()
    receiver.close()
    code, log = service.stop()
    last = next((one for one in reversed(log.splitlines()) if " stopped " in one), "")
    sums = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", last)}
    print(f"exit code {code}; its last line: {last}")
    holds = bool(sums) and sums["enqueued"] == sum(sums[way] for way in WAYS)
    print("the sums of the whole run hold" if holds else "THE SUMS OF THE WHOLE RUN DO NOT HOLD")
    return 0 if code == 0 and holds and not missing else 1


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--log-level", default="trace", help="the more there is, the sooner the log is full")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        if os.geteuid() == 0:
            if INSIDE not in os.environ:
                with_a_dead_resolver()
            never_answers = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            never_answers.bind((DEAD_RESOLVER, 53))
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        service = Service(Path(directory), arguments.log_level)
        stack.callback(service.process.kill)
        return soak(arguments.minutes, arguments.seed, service)


if __name__ == "__main__":
    sys.exit(main())
