"""HAProxy with the configuration of docker/, whose addresses are those of a test."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[3] / "docker/haproxy.cfg"
SECONDS = 20


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A configuration with each of the regular expressions, of which there must be one match, replaced."""
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count == 1, f"{count} matches of {pattern!r}"
    return text


def claim_loopback_address() -> socket.socket:
    """A socket whose address of loopback is for the peers, whose port is fixed. The address is taken while it is open.

    It is one of UDP: HAProxy shares ports of TCP, even with the HAProxy of another test.
    """
    for number in range(2, 255):
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind((f"127.86.{number}.1", 10000))
        except OSError:
            claim.close()
            continue
        return claim
    raise AssertionError("no free address on loopback")


class Proxy:
    """HAProxy as master and worker, with a free port of loopback."""

    def __init__(self, folder: Path, instances: Mapping[str, int], *changes: tuple[str, str]) -> None:
        """Start it before w1 to w3, on these ports; `changes` are further ones of the configuration."""
        self.file = folder / "haproxy.cfg"
        self.socket = folder / "admin.sock"
        # The socket stays when the process is killed, so that the next one has the same port.
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listening.getsockname()[1]
        self._peers = claim_loopback_address()
        self.file.write_text(
            changed(
                SHIPPED.read_text(),
                (r"/run/haproxy/admin\.sock", str(self.socket)),
                (r"/run/haproxy/servers", str(folder / "servers")),
                (r"127\.0\.0\.1:10000$", f"{self._peers.getsockname()[0]}:10000"),
                (r"^  bind :8080$", f"  bind fd@{self._listening.fileno()}"),
                *((rf"\b{name}:8080$", f"127.0.0.1:{port}") for name, port in instances.items()),
                *changes,
            )
        )
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers on its socket."""
        self.log = self.file.parent / "haproxy.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ("haproxy", "-W", "-db", "-f", str(self.file)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._listening.fileno()],
                process_group=0,
            )
        self.wait(lambda: self.states(), "HAProxy answers on its socket")

    def wait(self, holds: Callable[[], object], said: str) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + SECONDS
        fault: OSError | None = None
        while True:
            try:
                if holds():
                    return
            except OSError as error:
                fault = error
            assert time.monotonic() < deadline, f"not: {said}; {fault}\n{self.log.read_text()[-4000:]}"
            time.sleep(0.02)

    def admin(self, command: str) -> str:
        """What the socket answers to a command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(self.socket))
            connection.sendall(f"{command}\n".encode())
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        return answer.decode()

    def does(self, command: str) -> None:
        """Give a command, which answers nothing if it succeeds."""
        answer = self.admin(command).strip()
        assert not answer or "changed" in answer or answer.startswith("no need to change"), f"{command}: {answer}"

    def states(self) -> dict[str, str]:
        """The state of each server: UP, DOWN, MAINT, DRAIN."""
        header, *lines = self.admin("show stat instances 4 -1").strip().splitlines()
        names = header.removeprefix("# ").split(",")
        rows = (dict(zip(names, line.split(","), strict=False)) for line in lines)
        return {row["svname"]: row["status"].split()[0] for row in rows}

    def wait_for(self, server: str, state: str) -> None:
        """Wait until a server has a state."""
        self.wait(lambda: self.states()[server] == state, f"{server} is {state}")

    def entries(self) -> dict[str, str]:
        """Where hosts are: the name of a server for each host in the table."""
        found = re.findall(r"key=(\S+) .*server_key=(\S+)", self.admin("show table instances"))
        return dict(found)

    def reload(self) -> None:
        """Have another worker read the file, and wait until the former one has ended."""
        former = self.worker()
        self.process.send_signal(signal.SIGUSR2)
        self.wait(lambda: self.worker() != former and not Path(f"/proc/{former}").exists(), "the former worker ended")

    def settle(self) -> None:
        """Wait until it would hand its table to a successor: for 5 s after its start it waits for one itself."""
        self.wait(self.is_settled, "it has settled")

    def is_settled(self) -> bool:
        """Whether it would hand over its table now."""
        return re.search(r" flags=0x\w*3 ", self.admin("show peers wdfilterd")) is not None

    def worker(self) -> str:
        """The process id of the newest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children[-1] if children else ""

    def kill(self) -> None:
        """Kill all its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Kill it, and give its addresses back."""
        self.kill()
        self._listening.close()
        self._peers.close()
