"""Clients of a fleet that keep working while processes are killed, and know what their hosts must have."""

import http.client
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from contract.client import Client, Ledger

from fleet.fleet import Fleet, instance

HOSTS_EACH = 8
# Nothing was done; or what the request asked for may have been done. 0 is a connection that ended without an answer.
REFUSED, UNSURE = {503}, {0, 502, 504}


@dataclass
class Life:
    """A host from its creation to its loss, as its client knows it."""

    name: str
    number: int
    place: str
    # The images of processes that were created, and of those of which the answer did not arrive.
    sure: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    newest: int = 4

    def check(self, images: set[str]) -> None:
        """Check the images of the processes that the host has."""
        assert self.sure <= images <= self.sure | self.unsure, f"{self}: it has {images}"


class Caller:
    """A client that creates processes on its hosts and looks at them, one request at a time.

    A 404 means that the host is lost: it creates the host again (FLT-1).
    """

    def __init__(self, fleet: Fleet, number: int) -> None:
        """Create its hosts, and begin."""
        self._names = [f"caller-{number}-{host}" for host in range(HOSTS_EACH)]
        self._random = random.Random(number)
        self._client = Client(fleet.proxy.port, Ledger())
        self._images = 0
        self._over = threading.Event()
        self._fault: BaseException | None = None
        self.lives: dict[str, list[Life]] = {name: [] for name in self._names}
        self.lost = set(self._names)
        self.statuses: Counter[int] = Counter()
        for name in self._names:
            self._begin(name)
        assert not self.lost
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Stop, look at every host once more, and fail if anything was ever wrong."""
        self._over.set()
        self._thread.join()
        if self._fault is None:
            for name in self._names:
                self._look(self.lives[name][-1])
        self._client.close()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                name = self._random.choice(self._names)
                if name in self.lost:
                    self._begin(name)
                else:
                    action = self._random.choice((self._create, self._load, self._look))
                    action(self.lives[name][-1])
        except BaseException as fault:
            self._fault = fault

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str, Any]:
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            answer = self._client.raw(method, f"/v1/hosts/{path}", body, headers)
        except (OSError, http.client.HTTPException):
            self.statuses[0] += 1
            self._over.wait(0.01)
            return 0, "", None
        self.statuses[answer.status] += 1
        assert answer.status in {200, 201, 404} | REFUSED | UNSURE, answer.body
        assert answer.status != 404 or answer.problem == "unknown-host", answer.body
        return answer.status, instance(answer), answer.json

    def _begin(self, name: str) -> None:
        status, place, _ = self._ask("PUT", f"{name}?fresh=true", b"{}")
        if status in (200, 201):
            self.lives[name].append(Life(name, len(self.lives[name]), place))
            self.lost.remove(name)

    def _create(self, life: Life) -> None:
        self._images += 1
        image = f"{life.name}-{life.number}-{self._images}.exe"
        body = b'{"imageFileName":"%s"}' % image.encode()
        status, place, created = self._ask("POST", f"{life.name}/processes", body)
        if status in UNSURE:
            life.unsure.add(image)
        elif self._is_there(life, status, place):
            life.sure.add(image)
            life.newest = created["process"]["processId"]

    def _load(self, life: Life) -> None:
        """Load an image, which makes an async message."""
        path = f"{life.name}/processes/{life.newest}/images"
        status, place, _ = self._ask("POST", path, b'{"fullImageName":"C:\\\\a.dll"}')
        if status not in UNSURE:
            self._is_there(life, status, place)

    def _look(self, life: Life) -> None:
        status, place, page = self._ask("GET", f"{life.name}/processes?limit=1000")
        if status not in UNSURE and self._is_there(life, status, place):
            assert "next" not in page
            life.check({process["imageFileName"] for process in page["items"] if process["processId"] != 4})

    def _is_there(self, life: Life, status: int, place: str) -> bool:
        if status == 404:
            self.lost.add(life.name)
        if status not in (200, 201):
            return False
        assert place == life.place, f"{life.name} answers from {place}, and was created on {life.place}"
        return True
