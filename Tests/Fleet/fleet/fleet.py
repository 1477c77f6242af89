"""Instances of wdfilterd behind HAProxy."""

import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from contract.client import Answer, Client, Ledger
from contract.document import REPOSITORY
from contract.machine import Machine
from contract.service import Service

from fleet.proxy import Proxy

HEADER = "Wdfilterd-Instance"
FUNCTIONS = REPOSITORY / "docker/fleet.sh"
FIRST = ("w1", "w2", "w3")
# The outcomes of a message that was enqueued (ASY-10).
WAYS = ("sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")
# Of a host, each another route of the service.
PATHS = ("", "/counters", "/processes", "/messages", "/engine")


class Fleet:
    """Three instances, w1 to w3, and HAProxy before them. All of them end with it."""

    def __init__(self, folder: Path, *changes: tuple[str, str], server: str = "", more: str = "") -> None:
        """Start it with changes for HAProxy, lines for the group `server` of each instance, and more settings."""
        self._folder = folder
        self._settings = f"{server}{more}"
        self._running = ExitStack()
        self._started = 0
        self.instances: dict[str, Service] = {}
        with ExitStack() as failed:
            failed.callback(self._running.close)
            for name in FIRST:
                self.start(name)
            self.proxy = Proxy(folder, self.ports(), *changes)
            self._running.callback(self.proxy.close)
            self.client = Client(self.proxy.port, Ledger())
            self._running.callback(self.client.close)
            for name in FIRST:
                self.proxy.wait_for(name, "UP")
            failed.pop_all()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all that still runs; an instance must end well."""
        self._running.close()

    def start(self, name: str, port: int = 0) -> Service:
        """Start an instance on a port, or on a free one."""
        self._started += 1
        folder = self._folder / f"{self._started}-{name}"
        folder.mkdir()
        config = folder / "wdfilterd.yaml"
        config.write_text(f"server:\n  instance: {name}\n{self._settings}")
        service = Service(folder, ["--config", str(config)], listen=f"127.0.0.1:{port}")
        self.instances[name] = service
        self._running.callback(_end, service)
        return service

    def ports(self) -> dict[str, int]:
        """The port of each instance."""
        return {name: service.port for name, service in self.instances.items()}

    def add(self, name: str) -> None:
        """Start one more instance and give it its slot (FLT-7)."""
        self.shell(f"add {name} 127.0.0.1 {self.start(name).port}")

    def drain(self, name: str) -> None:
        """Send no new hosts to an instance (FLT-7)."""
        self.shell(f"drain {name}")

    def kill(self, name: str) -> None:
        """Kill an instance."""
        self.instances.pop(name).kill()

    def stop_for_a_while(self, name: str) -> None:
        """Stop the process of an instance, which goes on later."""
        self.instances[name].process.send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """Let a stopped instance go on."""
        self.instances[name].process.send_signal(signal.SIGCONT)

    def reload(self) -> None:
        """Have the proxy read its file again."""
        self.proxy.reload()
        self.client.close()

    def restart_proxy(self) -> None:
        """Kill the proxy, and start it again."""
        self.proxy.kill()
        self.client.close()
        self.proxy.start()

    def shell(self, command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command with the functions of docker/fleet.sh for this proxy; it must end with `code`."""
        environment = {"FLEET": f"http://127.0.0.1:{self.proxy.port}", "SOCKET": str(self.proxy.socket)}
        done = subprocess.run(
            ("bash", "-c", f". {FUNCTIONS}\n{command}"),
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done
        return done

    # Hosts

    def machine(self, name: str) -> Machine:
        """A host of the fleet, reached through the proxy."""
        return Machine(self.client, name)

    def create(self, names: Iterable[str]) -> dict[str, str]:
        """Create hosts through the proxy; the instance of each."""
        return {name: instance(self.client.call("putHost", host=name, body={}, expect=201)) for name in names}

    def found(self, names: Iterable[str]) -> dict[str, str]:
        """Ask for hosts by each of PATHS, which must agree; the instance of each host that there is."""
        places = {}
        for name in names:
            answers = [self.client.raw("GET", f"/v1/hosts/{name}{path}") for path in PATHS]
            [status] = {answer.status for answer in answers}
            if status == 200:
                [places[name]] = {instance(answer) for answer in answers}
            else:
                # Any instance may say so, and another one once the proxy knows that the one of the host is down.
                assert {answer.problem for answer in answers} == {"unknown-host"}, answers[0].body
        return places

    def listed(self, name: str) -> set[str]:
        """The hosts that an instance lists, asked through the proxy."""
        hosts: set[str] = set()
        query: dict[str, object] = {}
        while True:
            page = self.client.call("listHosts", query=query, headers={HEADER: name}).json
            hosts |= {host["name"] for host in page["items"]}
            if "next" not in page:
                return hosts
            query = {"cursor": page["next"]}

    def direct(self, name: str) -> Client:
        """A client of an instance, past the proxy."""
        client = Client(self.instances[name].port, Ledger())
        self._running.callback(client.close)
        return client


def instance(answer: Answer) -> str:
    """The instance that gave an answer."""
    return str(answer.headers[HEADER])


def share(places: dict[str, str]) -> dict[str, int]:
    """How many hosts each instance has."""
    return dict(Counter(places.values()))


def _end(service: Service) -> None:
    if service.process.returncode is not None:
        return
    service.process.send_signal(signal.SIGCONT)
    assert service.stop() == 0, service.errors()
    sums = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", service.whole_log().splitlines()[-1])}
    assert sums["enqueued"] == sum(sums[way] for way in WAYS), sums
