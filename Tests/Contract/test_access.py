"""Access control: tokens and roles, TLS, a Unix domain socket, and reloading all of them."""

import http.client
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from contract.asking import OPERATIONS, body_of, declaring, name
from contract.client import Client, Ledger
from contract.document import Operation
from contract.live import until
from contract.machine import Prepared, new_machine
from contract.service import Service, binary

TOKENS = {role: f"{role}-token-0123456789" for role in ("read", "drive", "admin")}
GUARDED = [operation for operation in OPERATIONS if operation.path.startswith("/v1/") or operation.id == "getMetrics"]


def role_of(operation: Operation) -> str:
    """The role that `operation` requires."""
    requirement, nothing = operation.node["security"]
    assert nothing == {}, "without a file of tokens, none is needed"
    [role] = requirement["bearer"]
    return str(role)


def write_tokens(path: Path, tokens: dict[str, str]) -> None:
    """Write a token file in which each token is named after its role."""
    path.write_text("# who may call\n" + "".join(f"{role} {role} {token}\n" for role, token in tokens.items()))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that requires tokens."""
    directory = tmp_path_factory.mktemp("guarded")
    write_tokens(directory / "tokens", TOKENS)
    config = directory / "wdfilterd.yaml"
    config.write_text(f"auth: {{tokensFile: {directory}/tokens}}\nlog: {{level: debug}}\n")
    service = Service(directory, ["--config", str(config)])
    yield service
    assert service.stop() == 0


@pytest.fixture(scope="module")
def prepared(guarded: Service, ledger: Ledger) -> Iterator[Prepared]:
    """A host of that service on which every operation finds the resources in its path."""
    admin = Client(guarded.port, ledger, TOKENS["admin"])
    with new_machine(admin) as machine:
        yield Prepared(machine)
    admin.close()


def test_the_document_names_a_role_for_every_operation_of_v1_and_no_other() -> None:
    for operation in OPERATIONS:
        if operation in GUARDED:
            assert role_of(operation) in TOKENS
            assert 401 in operation.statuses
            assert (403 in operation.statuses) == (role_of(operation) != "read")
        else:
            assert "security" not in operation.node
            assert not {401, 403} & operation.statuses


def refuses_all(
    tokens: list[str], status: int, port: int, ledger: Ledger, prepared: Prepared, operation: Operation
) -> None:
    """Call `operation` with each of `tokens` and expect `status`. The host must not change."""
    prepared.ready(operation.id)
    path = prepared.path(operation.id)
    before = prepared.machine.snapshot()
    for token in tokens:
        client = Client(port, ledger, token)
        client.call(operation.id, expect=status, **body_of(operation), **path)
        client.close()
    assert prepared.machine.snapshot() == before


@pytest.mark.parametrize("operation", GUARDED, ids=name)
def test_without_a_known_token_nothing_is_done(
    guarded: Service, prepared: Prepared, ledger: Ledger, operation: Operation
) -> None:
    tokens = ["", "unknown-token-0123456789", TOKENS["admin"][:-1], TOKENS["admin"] + "x"]
    refuses_all(tokens, 401, guarded.port, ledger, prepared, operation)


@pytest.mark.parametrize("operation", declaring(403), ids=name)
def test_a_lesser_role_is_not_enough(
    guarded: Service, prepared: Prepared, ledger: Ledger, operation: Operation
) -> None:
    lesser = ("read", "drive")[: 1 if role_of(operation) == "drive" else 2]
    refuses_all([TOKENS[role] for role in lesser], 403, guarded.port, ledger, prepared, operation)


@pytest.mark.parametrize("operation", GUARDED, ids=name)
def test_the_role_that_the_document_names_is_enough(
    guarded: Service, prepared: Prepared, ledger: Ledger, operation: Operation
) -> None:
    with new_machine(prepared.machine.client) as machine:
        fresh = Prepared(machine)
        fresh.ready(operation.id)
        # A replay did not create the host that it deletes.
        role = "admin" if operation.id == "deleteHost" else role_of(operation)
        client = Client(guarded.port, ledger, TOKENS[role])
        client.call(operation.id, **body_of(operation), **fresh.path(operation.id))
        client.close()


def test_the_page_needs_no_token(guarded: Service, ledger: Ledger) -> None:
    """UI-2, UI-4: it asks for one itself."""
    client = Client(guarded.port, ledger)
    assert client.call("getRoot").body.startswith(b"<!DOCTYPE html>")
    client.call("getPageFile", file="index.html")
    client.close()


def test_without_tokens_every_client_is_an_admin(client: Client) -> None:
    """UIA-6."""
    assert client.call("getSelf").json == {"authentication": "none", "role": "admin"}


@pytest.mark.parametrize("role", TOKENS)
def test_a_client_can_ask_for_its_role(guarded: Service, ledger: Ledger, role: str) -> None:
    """UIA-6: whatever the role is."""
    client = Client(guarded.port, ledger, TOKENS[role])
    assert client.call("getSelf").json == {"authentication": "token", "name": role, "role": role}
    client.close()


def test_who_may_drive_may_delete_what_a_replay_made(guarded: Service, prepared: Prepared, ledger: Ledger) -> None:
    record = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Hostname": "DRIVEN", "Image": "a.exe"}
    record |= {"UtcTime": "2020-02-21 10:15:30.123", "ProcessId": "1000"}
    record |= {"ProcessGuid": "{1234abcd-5e02-5e50-0000-0000000003e8}"}
    driving = Client(guarded.port, ledger, TOKENS["drive"])
    [made] = driving.call("postReplay", data=json.dumps(record).encode() + b"\n").json["hosts"]
    assert (made["host"], made["created"]) == ("driven", True)
    driving.call("deleteHost", host=prepared.machine.name, expect=403)
    driving.call("deleteHost", host="driven")

    webhook = {"engine": {"type": "webhook", "url": "http://127.0.0.1:9/secret/path"}}
    with new_machine(prepared.machine.client, **webhook) as hooked:
        query = {"like": hooked.name}
        refused = driving.call("postReplay", data=b"", query=query, expect=403)
        assert refused.problem == "forbidden"
        assert driving.call("getEngine", host=hooked.name).json["url"] == "http://127.0.0.1:9/<redacted>"
        assert hooked.get("getEngine")["url"] == webhook["engine"]["url"]
        hooked.client.call("postReplay", data=b"", query=query)
    driving.close()


def test_metrics_are_for_anybody_when_the_settings_say_so(tmp_path: Path, ledger: Ledger) -> None:
    write_tokens(tmp_path / "tokens", TOKENS)
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"auth: {{tokensFile: {tmp_path}/tokens}}\nmetrics: {{requireToken: false, hosts: sum}}\n")
    service = Service(tmp_path, ["--config", str(config)])
    client = Client(service.port, ledger)
    assert b'host="' not in client.call("getMetrics").body
    client.call("listHosts", expect=401)
    client.close()
    assert service.stop() == 0


def test_a_token_is_in_no_log(guarded: Service, ledger: Ledger) -> None:
    for token in (*TOKENS.values(), "unknown-token-0123456789"):
        client = Client(guarded.port, ledger, token)
        client.raw("GET", "/v1/version")
        client.raw("GET", "/v1/nothing")
        client.close()
    log = guarded.log.read_text()
    assert "caller=read" in log
    assert "token-0123456789" not in log


def test_tokens_are_read_anew(tmp_path: Path, ledger: Ledger) -> None:
    tokens = tmp_path / "tokens"
    write_tokens(tokens, {"read": "the-old-token-of-old"})
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"auth: {{tokensFile: {tokens}}}\n")
    service = Service(tmp_path, ["--config", str(config)])
    old, new = (Client(service.port, ledger, token) for token in ("the-old-token-of-old", "the-new-token-of-new"))
    assert (old.raw("GET", "/v1/hosts").status, new.raw("GET", "/v1/hosts").status) == (200, 401)

    tokens.write_text("read read short\nother write the-new-token-of-new\n")
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "reload failed" in service.errors(), "reload failed")
    assert "line 1: the token" in service.errors()
    assert "line 2: the role" in service.errors()
    assert (old.raw("GET", "/v1/hosts").status, new.raw("GET", "/v1/hosts").status) == (200, 401)

    write_tokens(tokens, {"read": "the-new-token-of-new"})
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "certificate reloaded" in service.errors(), "certificate reloaded")
    assert (old.raw("GET", "/v1/hosts").status, new.raw("GET", "/v1/hosts").status) == (401, 200)
    for client in (old, new):
        client.close()
    assert service.stop() == 0
    assert "the-new-token" not in service.errors()


def certificate(directory: Path, *names: str) -> trustme.CA:
    """Create an authority, and write `server.pem` and `server.key` with its certificate for `names`."""
    authority = trustme.CA()
    issued = authority.issue_cert(*(names or ("127.0.0.1", "localhost")))
    (directory / "server.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    (directory / "server.key").write_bytes(issued.private_key_pem.bytes())
    return authority


def status_over_tls(port: int, authority: trustme.CA) -> int:
    """The status of a request over a new connection, whose certificate must be issued by `authority`."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    try:
        connection.request("GET", "/v1/version")
        return connection.getresponse().status
    finally:
        connection.close()


def test_tls_is_served_and_its_certificate_read_anew(tmp_path: Path) -> None:
    first = certificate(tmp_path)
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"tls: {{certificateFile: {tmp_path}/server.pem, keyFile: {tmp_path}/server.key}}\n")
    service = Service(tmp_path, ["--config", str(config)], scheme="https")
    assert status_over_tls(service.port, first) == 200

    (tmp_path / "server.pem").write_text("nonsense")
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "reload failed" in service.errors(), "reload failed")
    assert status_over_tls(service.port, first) == 200

    second = certificate(tmp_path)
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "certificate reloaded" in service.errors(), "certificate reloaded")
    assert status_over_tls(service.port, second) == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        status_over_tls(service.port, first)

    second.cert_pem.write_to_path(tmp_path / "ca.pem")
    scenario = tmp_path / "tls.scenario.yaml"
    scenario.write_text("scenario: 1\nname: tls\nsteps: [{worker: pause}]\n")
    server = f"https://127.0.0.1:{service.port}"
    for flags, code in ((["--ca-file", str(tmp_path / "ca.pem")], 0), (["--insecure"], 0), ([], 3)):
        probe = [binary(), "healthcheck", "--url", server, *flags]
        assert subprocess.run(probe, capture_output=True, check=False).returncode == code
        run = [binary(), "test", str(scenario), "--server", server, "--wait", "100ms", *flags]
        assert subprocess.run(run, capture_output=True, check=False).returncode == code
    assert service.stop() == 0


def test_a_certificate_for_localhost_is_checked_against_that_name(tmp_path: Path) -> None:
    authority = certificate(tmp_path, "localhost")
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"tls: {{certificateFile: {tmp_path}/server.pem, keyFile: {tmp_path}/server.key}}\n")
    service = Service(tmp_path, ["--config", str(config)], scheme="https")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    for host, code in (("localhost", 0), ("127.0.0.1", 3)):
        probe = [
            binary(),
            "healthcheck",
            "--url",
            f"https://{host}:{service.port}",
            "--ca-file",
            str(tmp_path / "ca.pem"),
        ]
        result = subprocess.run(probe, capture_output=True, check=False)
        assert result.returncode == code, result.stderr
    assert service.stop() == 0


def test_a_unix_domain_socket_is_served_with_its_mode_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "w.sock"
    config = tmp_path / "wdfilterd.yaml"
    config.write_text(f"server: {{listen: 'unix:{path}', socketMode: 0660}}\n")
    service = Service(tmp_path, ["--config", str(config)], listen="")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    probe = [binary(), "healthcheck", "--url", f"unix:{path}"]
    assert subprocess.run(probe, capture_output=True, check=False).returncode == 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
    assert service.stop() == 0
    assert not path.exists()


def passing(sock: socket.socket, arguments: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """A service that gets `sock` as systemd passes it: as descriptor 3, with variables that name the process."""
    script = 'exec 3<&"$1"; shift; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
    command = ["bash", "-c", script, "bash", str(sock.fileno()), str(binary()), "serve", *arguments]
    return subprocess.Popen(
        command,
        pass_fds=[sock.fileno()],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_socket_that_systemd_passes_is_served_and_systemd_is_told(tmp_path: Path, ledger: Ledger) -> None:
    with socket.socket() as sock, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        told.bind(str(tmp_path / "notify"))
        told.settimeout(30)
        process = passing(sock, ["--listen", "systemd"], {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        port = sock.getsockname()[1]
        assert told.recv(256) == b"READY=1"
        client = Client(port, ledger)
        client.call("getVersion")
        client.close()
        process.send_signal(signal.SIGHUP)
        assert told.recv(256).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert told.recv(256) == b"READY=1"
        process.send_signal(signal.SIGTERM)
        assert told.recv(256) == b"STOPPING=1"
        out, errors = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, f"wdfilterd listening on http://127.0.0.1:{port}\n"), errors


def test_a_passed_socket_beyond_loopback_is_refused_without_tokens_and_tls() -> None:
    with socket.socket() as sock:
        sock.bind(("0.0.0.0", 0))
        sock.listen()
        process = passing(sock, ["--listen", "systemd"], {})
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 2
        assert "beyond loopback" in errors


def refusal(arguments: list[str], environment: dict[str, str]) -> str:
    """The stderr output of a service that refuses to start because its settings are invalid."""
    command = [binary(), "serve", *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert result.returncode == 2
    return result.stderr


def test_without_a_passed_socket_it_says_so() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LISTEN_")}
    for extra, said in (
        ({}, "no socket was passed"),
        ({"LISTEN_PID": "1", "LISTEN_FDS": "1"}, "passed to process 1"),
    ):
        assert said in refusal(["--listen", "systemd"], {**environment, **extra})


@pytest.mark.parametrize(
    ("tokens", "said"),
    [(None, "cannot be read"), ("", "no token"), ("a read short\nb x y z\n", "line 2")],
)
def test_a_faulty_file_of_tokens_ends_the_start(tmp_path: Path, tokens: str | None, said: str) -> None:
    path = tmp_path / "tokens"
    if tokens is not None:
        path.write_text(tokens)
    environment = {**os.environ, "WDFILTERD_AUTH_TOKENS_FILE": str(path)}
    told = refusal(["--listen", "127.0.0.1:0"], environment)
    assert said in told
    assert str(path) in told


def test_beyond_loopback_takes_tokens_and_tls(tmp_path: Path) -> None:
    authority = certificate(tmp_path)
    write_tokens(tmp_path / "tokens", TOKENS)
    tls = f"tls: {{certificateFile: {tmp_path}/server.pem, keyFile: {tmp_path}/server.key}}\n"
    auth = f"auth: {{tokensFile: {tmp_path}/tokens}}\n"
    config = tmp_path / "wdfilterd.yaml"
    for text in ("", tls, auth):
        config.write_text(text)
        assert "beyond loopback" in refusal(["--config", str(config), "--listen", "0.0.0.0:0"], dict(os.environ))
    config.write_text(tls + auth)
    service = Service(tmp_path, ["--config", str(config)], scheme="https", listen="0.0.0.0:0")
    assert status_over_tls(service.port, authority) == 401
    assert service.stop() == 0


def test_only_an_admin_sets_the_clock_with_a_line(guarded: Service, ledger: Ledger) -> None:
    admin = Client(guarded.port, ledger, TOKENS["admin"])
    line = b'{"type":"clock","mode":"manual","now":"2020-02-21T10:15:30Z"}\n'
    with new_machine(admin) as machine:
        drive = Client(guarded.port, ledger, TOKENS["drive"])
        report = drive.call("postEvents", host=machine.name, data=line).json
        assert report["rejected"] == [{"line": 1, "detail": "a clock line requires the role admin"}]
        drive.call("postEvents", host=machine.name, data=line, query={"strict": True}, expect=409)
        assert machine.get("getClock") == {"mode": "system"}
        assert machine.get("postEvents", data=line)["applied"] == 1
        assert machine.get("getClock")["mode"] == "manual"
        drive.close()
    admin.close()


def test_path_and_query_of_a_webhook_are_shown_to_admin_only(guarded: Service, ledger: Ledger) -> None:
    """In many webhook URLs, the path and the query are the secret."""
    admin = Client(guarded.port, ledger, TOKENS["admin"])
    url = "http://127.0.0.1:9/services/T000/B000?token=abc"
    with new_machine(admin, engine={"type": "webhook", "url": url}) as machine:
        for role in TOKENS:
            client = Client(guarded.port, ledger, TOKENS[role])
            shown = url if role == "admin" else "http://127.0.0.1:9/<redacted>"
            path = {"host": machine.name}
            assert client.call("getEngine", **path).json["url"] == shown
            assert client.call("getHost", **path).json["engine"]["url"] == shown
            hosts = client.call("listHosts").json["items"]
            assert [host["engine"]["url"] for host in hosts if host["name"] == machine.name] == [shown]
            client.close()
        conflict = admin.call("putHost", host=machine.name, body={}, expect=409).json
        assert "services" not in str(conflict)
    admin.close()
    assert "services" not in guarded.errors()
