"""The service as a process: started on a free port, stopped by SIGTERM."""

import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from contract.client import Client
from contract.document import REPOSITORY

START_SECONDS = 30
STOP_SECONDS = 30
LINE = re.compile(r"wdfilterd listening on (?:(https?)://[0-9.]+:(\d+)|unix:/.+)\n")


def binary() -> Path:
    """The executable under test: WDFILTERD_BIN, else the release build, else the debug build."""
    if "WDFILTERD_BIN" in os.environ:
        return Path(os.environ["WDFILTERD_BIN"])
    builds = [REPOSITORY / ".build" / kind / "wdfilterd" for kind in ("release", "debug")]
    found = next((build for build in builds if build.exists()), None)
    if found is None:
        raise FileNotFoundError("no build of wdfilterd: run `swift build` or set WDFILTERD_BIN")
    return found


class Service:
    """A running wdfilterd."""

    def __init__(
        self,
        directory: Path,
        arguments: Sequence[str] = (),
        *,
        listen: str = "127.0.0.1:0",
        scheme: str = "http",
        descriptors: int | None = None,
    ) -> None:
        """Start it with its log in `directory` and at most `descriptors` open files, and wait for its line on stdout.

        If `listen` is empty, `arguments` determine where it listens, and there is no port.
        """
        self.log = directory / "stderr.log"
        self.port_file = directory / "port"
        where = ["--listen", listen, "--port-file", str(self.port_file)] if listen else []
        command = [str(binary()), "serve", *where, *arguments]
        if descriptors is not None:
            command = ["prlimit", f"--nofile={descriptors}", *command]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WDFILTERD_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=environment, text=True
            )
        self._lines: queue.Queue[str] = queue.Queue()
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        self.port = self._listening(scheme if listen else None)

    def _read(self, stdout: IO[str]) -> None:
        for line in stdout:
            self._lines.put(line)
        self._lines.put("")

    def _listening(self, scheme: str | None) -> int:
        try:
            line = self._lines.get(timeout=START_SECONDS)
        except queue.Empty:
            line = ""
        match = LINE.fullmatch(line)
        if match is None or match[1] != scheme:
            self.kill()
            raise AssertionError(f"first line on stdout is {line!r}\n{self.errors()}")
        return int(match[2] or 0)

    def kill(self) -> None:
        """Kill it without a chance to stop."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def errors(self) -> str:
        """The end of its output on stderr, without the line that says what was started."""
        lines = self.whole_log().splitlines(keepends=True)
        return "".join(line for line in lines if " serve: started " not in line)[-4000:]

    def whole_log(self) -> str:
        """Its output on stderr."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait until it ends, after SIGTERM, and return the exit code."""
        try:
            code = self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM\n{self.errors()}") from None
        self._close()
        return code

    def further_lines(self) -> list[str]:
        """Further lines on stdout; call after `stop`."""
        lines: list[str] = []
        while line := self._lines.get_nowait():
            lines.append(line)
        return lines


StartService = Callable[[str], tuple[Service, Client]]
"""Starts a service with settings, and makes a client of it."""
