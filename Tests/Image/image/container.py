"""A service of the compose file, run as Docker would: from the image, read-only, without privileges."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

SECONDS = 30
# Arguments: the image, an empty folder, the secret, the user, the descriptor limit, the command. /proc shows what a
# systemd unit with ProcSubset=pid and ProtectProc=invisible sees, which is less than a container sees.
START = """
image=$1 root=$2 secret=$3 user=$4 files=$5
shift 5
mount --bind "$image" "$root"
mount -t proc -o nosuid,nodev,noexec,subset=pid,hidepid=invisible proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid,noexec devices "$root/dev"
for device in null zero urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=755,nosuid,nodev,noexec run "$root/run"
mkdir "$root/run/secrets"
touch "$root/run/secrets/engine"
mount --bind "$secret" "$root/run/secrets/engine"
for folder in "$root/dev" "$root/run" "$root"; do
    mount -o remount,bind,ro "$folder"
done
ip link set lo up
exec prlimit --nofile="$files" chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
    --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all env -i "$@"
"""


class Container:
    """A running service. Its process has pid 1 in its own namespace, as in a container."""

    def __init__(
        self,
        service: dict[str, Any],
        image: dict[str, Any],
        root: Path,
        secret: Path,
        folder: Path,
        neighbor: "Container | None" = None,
    ) -> None:
        """Start it from the image mounted at `root`, with its entry of the compose file and the image's own settings.

        It uses the network of `neighbor`, or its own network with only loopback.
        """
        folder.mkdir(exist_ok=True)
        isolation = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        if neighbor is None:
            isolation.append("--net")
        else:
            isolation = ["nsenter", "--target", str(neighbor.number), "--net", *isolation]
        arguments = (root, folder, secret, service["user"], str(service["ulimits"]["nofile"]))
        command = (*image["Env"], *image["Entrypoint"], *service["command"])
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
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        assert len(children) == 1, f"no process: {self.lines}"
        return int(children[0])

    def status(self) -> dict[str, str]:
        """The kernel's status of the process."""
        lines = Path(f"/proc/{self.number}/status").read_text().splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}

    def execute(self, *command: str, user: str = "10001:10001") -> subprocess.CompletedProcess[str]:
        """Run a command inside it, as `docker exec` does."""
        number = str(self.number)
        identity = ("setpriv", "--reuid", user.split(":")[0], "--regid", user.split(":")[1], "--clear-groups")
        return subprocess.run(
            ("nsenter", "--target", number, "--mount", "--pid", "--net", "--root", "--wd=/", *identity, *command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def stop(self) -> int:
        """Send SIGTERM and return the exit code. All output lines have been read then."""
        os.kill(self.number, signal.SIGTERM)
        code = self._process.wait(timeout=SECONDS)
        self._reader.join(SECONDS)
        return code

    def kill(self) -> None:
        """Kill it if it still runs."""
        # Killing unshare would not be enough: a process that changes its user loses its parent-death signal.
        if self._process.poll() is None:
            os.kill(self.number, signal.SIGKILL)
        self._process.wait()
        self._reader.join(SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
