"""A service of a compose file, run as Docker would: from its image, read-only, without privileges."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from image.network import Place

SECONDS = 30
# Arguments: the image, an empty folder, the user, the descriptor limit, what is mounted, --, the command. A mount is
# `file` and a file of this machine, or `tmpfs` and its options, and then its path in the container. /proc shows what a
# systemd unit with ProcSubset=pid and ProtectProc=invisible sees, which is less than a container sees.
START = """
image=$1 root=$2 user=$3 files=$4
shift 4
mount --bind "$image" "$root"
mount -t proc -o nosuid,nodev,noexec,subset=pid,hidepid=invisible proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid,noexec devices "$root/dev"
for device in null zero urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=755,nosuid,nodev,noexec run "$root/run"
while [ "$1" != -- ]; do
    place=$root$3
    if [ "$1" = tmpfs ]; then
        mkdir -p "$place"
        mount -t tmpfs -o "nosuid,nodev,noexec,$2" tmpfs "$place"
    else
        mkdir -p "${place%/*}"
        [ -e "$place" ] || touch "$place"
        mount --bind "$2" "$place"
        mount -o remount,bind,ro "$place"
    fi
    shift 3
done
shift
for folder in "$root/dev" "$root/run" "$root"; do
    mount -o remount,bind,ro "$folder"
done
ip link set lo up
exec prlimit --nofile="$files" chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
    --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all env -i "$@"
"""
UNPRIVILEGED = {
    "Groups": "",
    **{f"Cap{kind}": "0" * 16 for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")},
    "NoNewPrivs": "1",
}
"""What the kernel's status of a process without privileges has."""


class Container:
    """A running service. Its process has pid 1 in its own namespace, as in a container."""

    def __init__(
        self,
        service: dict[str, Any],
        image: dict[str, Any],
        root: Path,
        secret: Path,
        folder: Path,
        place: Place | None = None,
    ) -> None:
        """Start it from the image mounted at `root`, with its entry of the compose file and the image's own settings.

        It is in the network at `place`, or in its own network with only loopback. `secret` is all of its secrets.
        """
        folder.mkdir(exist_ok=True)
        isolation = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        if place is None:
            isolation.append("--net")
        else:
            isolation = ["nsenter", f"--net={place.namespace}", *isolation]
        self._user: str = service["user"]
        self._hosts = place.hosts if place else None
        self._environment = (
            *image["Env"],
            *(f"{key}={value}" for key, value in service.get("environment", {}).items()),
        )
        mounts = (word for mount in _mounts(service, secret, self._hosts) for word in mount)
        arguments = (root, folder, self._user, str(service["ulimits"]["nofile"]), *mounts, "--")
        command = (*self._environment, *image["Entrypoint"], *service["command"])
        self._process = subprocess.Popen(
            (*isolation, "sh", "-euc", START, "start", *arguments, *command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def wait_for(self, part: str) -> str:
        """Wait for a line with `part` in it."""
        with self._changed:
            found = self._changed.wait_for(lambda: [line for line in self.lines if part in line], SECONDS)
        assert found, f"no {part!r} in {SECONDS} s: {self.lines}"
        return found[0]

    @property
    def number(self) -> int:
        """The pid of its process, as seen from outside."""
        children = _children(self._process.pid)
        assert len(children) == 1, f"no process: {self.lines}"
        return children[0]

    @property
    def place(self) -> Place:
        """Where it is, for a container that shares its network."""
        return Place(Path(f"/proc/{self.number}/ns/net"), self._hosts)

    def status(self) -> dict[str, str]:
        """The kernel's status of the process."""
        return _status(self.number)

    def statuses(self) -> list[dict[str, str]]:
        """The kernel's status of the process and of its children."""
        return [_status(number) for number in (self.number, *_children(self.number))]

    def execute(self, *command: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command inside it, as `docker exec` does: as its user, if not as another."""
        number = str(self.number)
        name, _, group = (user or self._user).partition(":")
        identity = ("setpriv", "--reuid", name, "--regid", group, "--clear-groups", "env", "-i", *self._environment)
        return subprocess.run(
            ("nsenter", "--target", number, "--mount", "--pid", "--net", "--root", "--wd=/", *identity, *command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def terminate(self) -> None:
        """Send SIGTERM."""
        os.kill(self.number, signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it ends and return the exit code. All output lines have been read then."""
        code = self._process.wait(timeout=SECONDS)
        self._reader.join(SECONDS)
        return code

    def stop(self) -> int:
        """Send SIGTERM and return the exit code. All output lines have been read then."""
        self.terminate()
        return self.wait()

    def kill(self) -> None:
        """Kill it if it still runs."""
        # Killing unshare would not be enough: a process that changes its user loses its parent-death signal.
        if self._process.poll() is None:
            os.kill(self.number, signal.SIGKILL)
        self._process.wait()
        self._reader.join(SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _mounts(service: dict[str, Any], secret: Path, hosts: Path | None) -> Iterator[tuple[str, str | Path, str]]:
    """What START mounts for a service."""
    for entry in service.get("secrets", ()):
        yield "file", secret, entry["target"]
    for volume in service.get("volumes", ()):
        assert volume["read_only"], "START mounts files read-only"
        yield "file", volume["source"], volume["target"]
    for entry in service.get("tmpfs", ()):
        path, _, options = entry.partition(":")
        yield "tmpfs", options, path
    if hosts is not None:
        yield "file", hosts, "/etc/hosts"


def _children(number: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def _status(number: int) -> dict[str, str]:
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
