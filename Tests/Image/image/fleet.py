"""The services of docker/fleet.yaml, each run as Docker would, in one network."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from release.command import run

from image.container import SECONDS, Container
from image.network import Network

HEADER = "Wdfilterd-Instance"
INSTANCES = ("w1", "w2", "w3")
ADDED = "w4"
GREETINGS = {
    "engine": "wdfilterd engine listening on http://0.0.0.0:9000",
    "proxy": "Loading success.",
}
GREETING = "wdfilterd listening on http://0.0.0.0:8080"
# The container of the proxy has no socat, but its Debian has perl.
ADMIN = """
$s = IO::Socket::UNIX->new("/run/haproxy/admin.sock") or die $!;
print $s "@ARGV\\n";
print while <$s>;
"""


@dataclass(frozen=True)
class Answer:
    """An answer to a request."""

    status: int
    instance: str
    """The instance that says that it has answered."""
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401
        """What its body means."""
        return json.loads(self.text)


class Fleet:
    """The containers, and how they are reached. All of them end with it."""

    def __init__(
        self,
        composed: dict[str, Any],
        image: dict[str, Any],
        roots: dict[str, Path],
        secret: Path,
        folder: Path,
    ) -> None:
        """Start all services of the file: with the image's own settings, and with the root of each image by its name.

        The image of HAProxy has the same PATH, and its entrypoint adds nothing to the command.
        """
        self._composed = composed
        self._image = image
        self._roots = roots
        self._secret = secret
        self._folder = folder
        self._running = ExitStack()
        self.containers: dict[str, Container] = {}
        folder.mkdir()
        with ExitStack() as failed:
            failed.callback(self._running.close)
            [subnet] = (entry["subnet"] for entry in composed["networks"]["default"]["ipam"]["config"])
            self.network = Network(subnet, (*composed["services"], ADDED), folder / "network")
            self._running.callback(self.network.close)
            for name in ("engine", *INSTANCES, "proxy"):
                self.start(name, composed["services"][name])
            for name in INSTANCES:
                self.wait_for(name, "UP")
            failed.pop_all()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all that still runs."""
        self._running.close()

    def start(self, name: str, service: dict[str, Any]) -> None:
        """Start a container, and wait until it serves."""
        image = self._image if name != "proxy" else {**self._image, "Entrypoint": []}
        root = self._roots[service["image"]]
        place = self.network.join(name)
        container = Container(service, image, root, self._secret, self._folder / name, place)
        self._running.callback(container.kill)
        self.containers[name] = container
        container.wait_for(GREETINGS.get(name, GREETING))

    def add(self) -> None:
        """Start a fourth instance, which differs from the third by its name."""
        service = self._composed["services"][INSTANCES[-1]]
        self.start(ADDED, service | {"environment": service["environment"] | {"WDFILTERD_SERVER_INSTANCE": ADDED}})

    def admin(self, command: str) -> str:
        """What HAProxy answers to a command, given from inside its container."""
        done = self.containers["proxy"].execute("perl", "-MIO::Socket::UNIX", "-e", ADMIN, *command.split())
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.strip()

    def states(self) -> dict[str, str]:
        """The state of each server of the proxy: UP, DOWN, MAINT, DRAIN."""
        header, *lines = self.admin("show stat instances 4 -1").splitlines()
        names = header.removeprefix("# ").split(",")
        rows = (dict(zip(names, line.split(","), strict=False)) for line in lines)
        return {row["svname"]: row["status"].split()[0] for row in rows}

    def wait_for(self, server: str, state: str) -> None:
        """Wait until a server of the proxy has a state."""
        until(lambda: self.states()[server] == state, f"{server} is {state}")

    def ask(self, path: str, *arguments: str, at: str = "proxy") -> Answer:
        """Send a request to 127.0.0.1:8080, which is the given container, as if its port was published."""
        there = f"::{self.network.addresses[at]}:8080"
        meta = f"\n%{{response_code}} %header{{{HEADER.lower()}}}"
        curl = ("curl", "-sS", "--max-time", "20", "--connect-to", there, "-w", meta, *arguments)
        text, _, last = run(
            "nsenter", f"--net={self.network.bridge}", *curl, f"http://127.0.0.1:8080{path}"
        ).rpartition("\n")
        status, _, instance = last.partition(" ")
        return Answer(int(status), instance, text)

    def create(self, host: str) -> str:
        """Create a host through the proxy; the instance that has it."""
        answer = self.ask(f"/v1/hosts/{host}", "-X", "PUT", "--json", "{}")
        assert answer.status == 201, answer
        return answer.instance

    def found(self, hosts: dict[str, str]) -> dict[str, str]:
        """Ask for hosts through the proxy; the instance of each."""
        answers = {host: self.ask(f"/v1/hosts/{host}") for host in hosts}
        return {host: answer.instance for host, answer in answers.items() if answer.status == 200}


def until(holds: Callable[[], bool], said: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not in {SECONDS} s: {said}"
        time.sleep(0.05)
