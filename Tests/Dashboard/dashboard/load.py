"""A load on a host: so many messages a second, from a thread beside the test."""

import http.client
import json
import threading
import time
from typing import Self

from contract.machine import Machine

BATCHES_A_SECOND = 20
NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(count: int) -> bytes:
    """So many events, each of which makes one async message."""
    line = json.dumps({"type": "notification", "kind": "async", "operation": "RegistryEvent"}).encode() + b"\n"
    return line * count


def events(machine: Machine, count: int) -> int:
    """Make so many async messages at once; return the sequence of the last one."""
    report = machine.client.raw("POST", f"/v1/hosts/{machine.name}/events", lines(count), NDJSON).json
    assert report["applied"] == count, report
    newest: int = machine.get("listMessages", query={"limit": 1})["newest"]
    return newest


class Load:
    """Sends async messages to a host at a steady rate while it is entered; `sent` counts them."""

    def __init__(self, machine: Machine, rate: int, seconds: float) -> None:
        """At most `rate` messages a second for so many seconds."""
        self.sent = 0
        self.seconds = seconds
        self._target = f"/v1/hosts/{machine.name}/events"
        self._port = machine.client.port
        self._batch = rate // BATCHES_A_SECOND
        self._lines = lines(self._batch)
        self._thread = threading.Thread(target=self._run)
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for its end."""
        self._thread.join()
        assert self._failure is None, self._failure

    @property
    def goes_on(self) -> bool:
        """Whether it still sends."""
        return self._thread.is_alive()

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        begun = time.monotonic()
        try:
            for number in range(round(self.seconds * BATCHES_A_SECOND)):
                time.sleep(max(0.0, begun + number / BATCHES_A_SECOND - time.monotonic()))
                connection.request("POST", self._target, self._lines, NDJSON)
                report = json.loads(connection.getresponse().read())
                assert report["applied"] == self._batch, report
                self.sent += self._batch
        except (AssertionError, OSError, http.client.HTTPException) as failure:
            self._failure = failure
        finally:
            connection.close()
