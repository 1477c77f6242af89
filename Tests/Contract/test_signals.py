"""How the service stops: on one signal, on two, with files that block, and with a log that nobody reads."""

import fcntl
import http.client
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from contract.hanging import ACCOUNT, SECONDS, Process, await_port, run
from contract.live import until
from contract.receiver import new_receiver, stay_silent
from contract.wire_client import ask_once, get

CREATION = '{"processId":1000,"imageFileName":"a.exe"}'
STOPS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def serving(tmp_path: Path, *arguments: str) -> Iterator[Process]:
    """A service whose log is in a file."""
    with (tmp_path / "log").open("wb") as log:
        command = ("serve", "--listen", "127.0.0.1:0", *arguments)
        with Process(*command, stdout=subprocess.PIPE, stderr=log.fileno()) as process:
            yield process


def accounts(tmp_path: Path) -> int:
    """The number of log lines that account for all messages; the last line must be one."""
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines
    assert ACCOUNT in lines[-1]
    return sum(ACCOUNT in line for line in lines)


@pytest.mark.parametrize("first", STOPS)
@pytest.mark.parametrize("second", STOPS)
@pytest.mark.parametrize("pause", [0.0, 0.001, 0.01])
def test_a_second_stop_signal_within_a_second_is_the_same_one(
    tmp_path: Path, first: signal.Signals, second: signal.Signals, pause: float
) -> None:
    with serving(tmp_path) as process:
        process.port()
        process.send(first)
        time.sleep(pause)
        with suppress(ProcessLookupError):
            process.send(second)
        assert process.wait() == 0
    assert accounts(tmp_path) == 1


def test_a_service_under_timeout_tells_its_account_each_time(tmp_path: Path) -> None:
    if shutil.which("timeout") is None:
        pytest.skip("no timeout of GNU")
    for _ in range(5):
        result = run("serve", "--listen", "127.0.0.1:0", under=("timeout", "2"))
        assert result.returncode == 124
        assert ACCOUNT in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("second", STOPS)
def test_a_later_stop_signal_ends_at_once_after_the_account(tmp_path: Path, second: signal.Signals) -> None:
    """SIGHUP during the stop does nothing and delays nothing."""
    with new_receiver() as receiver, serving(tmp_path, "--engine-url", receiver.setting["url"]) as process:
        port = process.port()
        receiver.answering = stay_silent
        # The creation waits for its engine, and the stop waits for the creation.
        waiting = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        waiting.request("POST", "/v1/hosts/default/processes", CREATION, {"Content-Type": "application/json"})
        until(lambda: len(receiver.requests) > 0, "the engine has it")
        process.send(signal.SIGTERM)
        process.send(signal.SIGHUP)
        until(lambda: ask_once(port, get("/readyz")).status == 503, "it stops")
        time.sleep(1.2)
        assert process.process.poll() is None
        started = time.monotonic()
        process.send(second)
        assert process.wait() == -second
        assert time.monotonic() - started < 3
        waiting.close()
    assert accounts(tmp_path) == 1


def test_a_later_stop_signal_ends_the_delay_of_the_stop(tmp_path: Path) -> None:
    """`server.shutdownDelayMs` (FLT-7) is part of the stop."""
    config = tmp_path / "wdfilterd.yaml"
    config.write_text("server:\n  shutdownDelayMs: 60000\n")
    with serving(tmp_path, "--config", str(config)) as process:
        port = process.port()
        process.send(signal.SIGTERM)
        until(lambda: ask_once(port, get("/readyz")).status == 503, "it is not ready")
        time.sleep(1.2)
        assert ask_once(port, get("/v1/version")).status == 200
        process.send(signal.SIGTERM)
        assert process.wait() == -signal.SIGTERM
    assert accounts(tmp_path) == 1


def test_a_fifo_in_the_place_of_the_tokens_is_a_fault_and_blocks_nothing(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("admin admin tttttttttttttttttttttttttttttttttttttttttttttt\n")
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"auth:\n  tokensFile: {tokens}\n")
    with serving(tmp_path, "--config", str(config)) as process:
        process.port()
        tokens.unlink()
        os.mkfifo(tokens)
        process.send(signal.SIGHUP)
        deadline = time.monotonic() + SECONDS
        while "is a FIFO, not a regular file" not in (tmp_path / "log").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send(signal.SIGTERM)
        assert process.wait() == 0
    assert accounts(tmp_path) == 1


@pytest.mark.parametrize(
    ("setting", "arguments"),
    [
        ("auth:\n  tokensFile: {0}\n", ()),
        ("tls:\n  certificateFile: {0}\n  keyFile: {0}\n", ()),
        ("engine:\n  type: webhook\n  url: http://127.0.0.1:1/\n  secretFile: {0}\n", ()),
        (None, ("serve", "--config", "{0}")),
        (None, ("serve", "--engine-url", "http://127.0.0.1:1/", "--engine-secret-file", "{0}")),
        (None, ("check-config", "{0}")),
        (None, ("engine", "--listen", "127.0.0.1:0", "--secret-file", "{0}")),
        (None, ("healthcheck", "--url", "https://127.0.0.1:1", "--ca-file", "{0}")),
        (None, ("replay", "/dev/null", "--config", "{0}")),
        (None, ("replay", "/dev/null", "--server", "http://127.0.0.1:1", "--token-file", "{0}")),
        (None, ("replay", "/dev/null", "--server", "https://127.0.0.1:1", "--ca-file", "{0}")),
        (None, ("replay", "/dev/null", "--engine-url", "http://127.0.0.1:1/", "--engine-secret-file", "{0}")),
    ],
)
@pytest.mark.parametrize("kind", ["a FIFO", "a device", "a directory", "no size"])
def test_a_small_file_that_is_something_else_is_refused_in_words(
    tmp_path: Path, setting: str | None, arguments: tuple[str, ...], kind: str
) -> None:
    path = tmp_path / "named"
    match kind:
        case "a FIFO":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a directory":
            path.mkdir()
        case _:
            path.symlink_to("/proc/self/maps")
    if setting is not None:
        config = tmp_path / "wdfilterd.yaml"
        config.write_text(setting.format(path))
        arguments = ("serve", "--listen", "127.0.0.1:0", "--config", str(config))
    result = run(*(argument.format(path) for argument in arguments))
    assert result.returncode == 2
    assert result.stdout == ""
    assert ("is not a regular file" if kind == "no size" else f"is {kind}, not a regular file") in result.stderr


class TestLog:
    """A log that nobody reads."""

    @pytest.fixture
    def full(self) -> Iterator[tuple[int, int]]:
        """A pipe of 4 KiB: the read end and the write end."""
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        yield reading, writing
        for end in (reading, writing):
            with suppress(OSError):
                os.close(end)

    @staticmethod
    def ask(port: int, path: str = "/livez") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    def test_it_never_stops_the_service_and_the_stop_keeps_its_deadline(self, full: tuple[int, int]) -> None:
        _, writing = full
        arguments = ("serve", "--listen", "127.0.0.1:0", "--log-level", "trace")
        with Process(*arguments, stdout=subprocess.PIPE, stderr=writing) as process:
            port = process.port()
            # Many lines of 1 KiB each: far more than the pipe and the queue of 1 MiB hold.
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
            for _ in range(2000):
                connection.request("GET", "/v1/hosts/" + "x" * 1000)
                connection.getresponse().read()
            connection.close()
            metrics = self.ask(port, "/metrics")
            dropped = next(
                int(line.split()[1]) for line in metrics.splitlines() if line.startswith("wdfilterd_log_lines_dropped_")
            )
            assert dropped > 0
            started = time.monotonic()
            process.send(signal.SIGTERM)
            assert process.wait() == 0
            assert time.monotonic() - started < 10

    def test_what_was_dropped_is_said_and_the_account_comes_when_somebody_reads(self, full: tuple[int, int]) -> None:
        reading, writing = full
        arguments = ("serve", "--listen", "127.0.0.1:0", "--log-level", "trace")
        with Process(*arguments, stdout=subprocess.PIPE, stderr=writing) as process:
            os.close(writing)
            port = process.port()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
            for _ in range(2000):
                connection.request("GET", "/v1/hosts/" + "x" * 1000)
                connection.getresponse().read()
            connection.close()
            process.send(signal.SIGTERM)
            time.sleep(0.3)
            with os.fdopen(os.dup(reading), "rb") as stream:
                text = stream.read().decode()
            assert process.wait() == 0
        lines = text.splitlines()
        assert any(line.endswith(" log lines were dropped") for line in lines)
        assert ACCOUNT in lines[-1]

    def test_a_closed_pipe_and_a_full_disk_are_no_trouble(self, full: tuple[int, int], tmp_path: Path) -> None:
        reading, writing = full
        os.close(reading)
        with Path("/dev/full").open("wb") as disk:
            for stderr in (writing, disk.fileno()):
                arguments = ("serve", "--listen", "127.0.0.1:0", "--log-level", "trace")
                with Process(*arguments, stdout=subprocess.PIPE, stderr=stderr) as process:
                    port = process.port()
                    assert self.ask(port) == "ok\n"
                    process.send(signal.SIGTERM)
                    assert process.wait() == 0

    @pytest.mark.parametrize("place", ["full", "/dev/full", "closed"])
    def test_a_line_on_stdout_that_nobody_takes_does_not_hold_up_the_service(
        self, full: tuple[int, int], tmp_path: Path, place: str
    ) -> None:
        reading, writing = full
        with Path("/dev/full").open("wb") as disk, (tmp_path / "log").open("wb") as log:
            stdout = disk.fileno() if place == "/dev/full" else writing
            if place == "full":
                os.write(writing, bytes(4096))
            elif place == "closed":
                os.close(reading)
            port_file = tmp_path / "port"
            arguments = ("serve", "--listen", "127.0.0.1:0", "--port-file", str(port_file))
            with Process(*arguments, stdout=stdout, stderr=log.fileno()) as process:
                assert self.ask(await_port(port_file)) == "ok\n"
                if place == "/dev/full":
                    until(self.is_warned(tmp_path), "the log says so")
                process.send(signal.SIGTERM)
                assert process.wait() == 0
        assert accounts(tmp_path) == 1
        assert self.is_warned(tmp_path)() == (place == "/dev/full")

    @staticmethod
    def is_warned(folder: Path) -> Callable[[], bool]:
        """Whether the log in a folder says that standard output has no space."""
        return lambda: "cannot write to standard output: No space left on device" in (folder / "log").read_text()


class TestPortFile:
    """`--port-file` writes a regular file or nothing."""

    @staticmethod
    def refused(path: Path) -> None:
        result = run("serve", "--listen", "127.0.0.1:0", "--port-file", path)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr == f"--port-file: {path} exists and is not a regular file\n"

    def test_a_link_a_fifo_a_folder_and_a_device_are_left_alone(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_text("mine\n")
        link = tmp_path / "link"
        link.symlink_to(victim)
        nowhere = tmp_path / "nowhere"
        nowhere.symlink_to(tmp_path / "absent")
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        folder = tmp_path / "folder"
        folder.mkdir()
        before = sorted(tmp_path.iterdir())
        for path in (link, nowhere, fifo, folder, Path("/dev/full")):
            self.refused(path)
        assert sorted(tmp_path.iterdir()) == before
        assert victim.read_text() == "mine\n"
        assert link.is_symlink()
        assert fifo.is_fifo()
        assert Path("/dev/full").is_char_device()

    def test_a_link_that_somebody_put_beside_it_is_not_followed(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_text("mine\n")
        port_file = tmp_path / "port"
        port_file.write_text("old\n")
        (tmp_path / "port.new").symlink_to(victim)
        with serving(tmp_path, "--port-file", str(port_file)) as process:
            assert process.port() == int(port_file.read_text())
            process.send(signal.SIGTERM)
            assert process.wait() == 0
        assert victim.read_text() == "mine\n"
        assert {path.name for path in tmp_path.iterdir()} == {"victim", "port", "port.new", "log"}

    def test_a_folder_that_is_not_there_is_a_failure(self, tmp_path: Path) -> None:
        result = run("serve", "--listen", "127.0.0.1:0", "--port-file", tmp_path / "absent" / "port")
        assert result.returncode == 3
        assert "No such file or directory" in result.stderr
