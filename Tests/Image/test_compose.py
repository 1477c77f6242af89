"""docker/compose.yaml and docker/fleet.yaml."""

from typing import Any

import pytest
from release.command import run

from image import compose
from image.compose import TOOLS

OURS = "10001:10001"
USERS = {
    "compose": {"wdfilterd": OURS, "engine": OURS},
    "fleet": {"w1": OURS, "w2": OURS, "w3": OURS, "engine": OURS, "proxy": "99:99"},
}
BEYOND = ("privileged", "cap_add", "devices", "pid", "ipc", "userns_mode", "sysctls", "volumes", "tmpfs", "environment")
# What an instance of a fleet is told, and what HAProxy reads and where its socket is.
GIVEN = {("fleet", name): ["environment"] for name in ("w1", "w2", "w3")} | {("fleet", "proxy"): ["volumes", "tmpfs"]}


@pytest.fixture(scope="module", params=USERS)
def file(request: pytest.FixtureRequest) -> str:
    """One of the files."""
    return str(request.param)


@pytest.fixture(scope="module")
def services(file: str) -> dict[str, Any]:
    """Its services."""
    found: dict[str, Any] = compose.resolved(file)["services"]
    return found


def test_the_linter_finds_nothing(file: str) -> None:
    run(
        TOOLS / "compose-lint",
        "check",
        "--strict-config",
        "--config",
        compose.path(f"{file}-lint"),
        "--fail-on",
        "low",
        compose.path(file),
    )


def test_services_have_no_privileges_and_nothing_to_write_to(file: str, services: dict[str, Any]) -> None:
    assert {name: service["user"] for name, service in services.items()} == USERS[file]
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [key for key in BEYOND if key in service] == GIVEN.get((file, name), [])


def test_services_have_bounds(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["cpus"] > 0
        assert service["pids_limit"] == 64
        assert service["memswap_limit"] == service["mem_limit"]
        assert service["ulimits"]["nofile"] == 16384
        assert set(service["logging"]["options"]) == {"max-file", "max-size"}


def test_one_service_is_published_and_only_on_loopback(file: str, services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert list(published) == ["wdfilterd" if file == "compose" else "proxy"]
    [ports] = published.values()
    assert [(port["host_ip"], port["target"]) for port in ports] == [("127.0.0.1", 8080)]


def test_the_one_service_shares_its_network_with_the_engine(composed: dict[str, Any]) -> None:
    assert composed["services"]["engine"]["network_mode"] == "service:wdfilterd"


def test_services_and_engine_have_the_secret_and_no_other_file(file: str, services: dict[str, Any]) -> None:
    assert list(compose.resolved(file)["secrets"]) == ["engine"]
    for name, service in services.items():
        if name == "proxy":
            assert "secrets" not in service
        else:
            assert service["secrets"] == [{"source": "engine", "target": "/run/secrets/engine"}]
            assert "=/run/secrets/engine" in " ".join(service["command"])


def test_the_proxy_has_its_configuration_and_a_place_for_its_socket(composed_fleet: dict[str, Any]) -> None:
    proxy = composed_fleet["services"]["proxy"]
    [volume] = proxy["volumes"]
    assert (volume["type"], volume["read_only"], volume["target"]) == ("bind", True, proxy["command"][-1])
    assert volume["source"].endswith("/docker/haproxy.cfg")
    assert proxy["tmpfs"] == ["/run/haproxy:uid=99,gid=99,mode=0700"]


def test_instances_differ_only_by_their_names(composed_fleet: dict[str, Any]) -> None:
    services = composed_fleet["services"]
    for name in ("w2", "w3"):
        service = services[name]
        assert service["environment"]["WDFILTERD_SERVER_INSTANCE"] == name
        named = {**service["environment"], "WDFILTERD_SERVER_INSTANCE": "w1"}
        assert {**service, "environment": named, "build": services["w1"]["build"]} == {
            **services["w1"],
            "pull_policy": "never",
        }
