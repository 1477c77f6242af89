"""docker/compose.yaml."""

from typing import Any

from release.command import run

from image.compose import FILE, TOOLS

BEYOND = ("privileged", "cap_add", "devices", "volumes", "pid", "ipc", "userns_mode", "environment", "sysctls")


def test_the_linter_finds_nothing() -> None:
    run(
        TOOLS / "compose-lint",
        "check",
        "--strict-config",
        "--config",
        "docker/compose-lint.yaml",
        "--fail-on",
        "low",
        FILE,
    )


def test_services_have_no_privileges_and_nothing_to_write_to(composed: dict[str, Any]) -> None:
    assert set(composed["services"]) == {"wdfilterd", "engine"}
    for service in composed["services"].values():
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [name for name in BEYOND if name in service] == []


def test_services_have_bounds(composed: dict[str, Any]) -> None:
    for service in composed["services"].values():
        assert service["cpus"] > 0
        assert service["pids_limit"] == 64
        assert service["memswap_limit"] == service["mem_limit"]
        assert service["ulimits"]["nofile"] == 16384
        assert set(service["logging"]["options"]) == {"max-file", "max-size"}


def test_only_the_service_is_published_and_only_on_loopback(composed: dict[str, Any]) -> None:
    assert "ports" not in composed["services"]["engine"]
    assert composed["services"]["engine"]["network_mode"] == "service:wdfilterd"
    ports = composed["services"]["wdfilterd"]["ports"]
    assert [(port["host_ip"], port["target"]) for port in ports] == [("127.0.0.1", 8080)]


def test_both_have_the_secret_and_no_other_file(composed: dict[str, Any]) -> None:
    assert list(composed["secrets"]) == ["engine"]
    for service in composed["services"].values():
        assert service["secrets"] == [{"source": "engine", "target": "/run/secrets/engine"}]
        assert "=/run/secrets/engine" in " ".join(service["command"])
