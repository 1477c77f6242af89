"""The image, built once, and the containers of the compose files."""

import base64
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import release.dist
from release.command import REPOSITORY, run
from release.storage import Storage

from image import compose
from image.container import Container
from image.fleet import Fleet

DIRECTORY = REPOSITORY / ".build-image"
"""All files that these tests create; `make image-check` removes the directory."""

GREETINGS = {
    "wdfilterd": "wdfilterd listening on http://0.0.0.0:8080",
    "engine": "wdfilterd engine listening on http://127.0.0.1:9000",
}


@dataclass(frozen=True)
class Image:
    """The image as it was built."""

    config: dict[str, Any]
    """The configuration: how to run the image."""
    root: Path
    """The root of its file system."""
    base: Path
    """The root of the base image's file system."""


@dataclass(frozen=True)
class Pair:
    """The service and the sample engine."""

    service: Container
    engine: Container

    def curl(self, *arguments: str) -> str:
        """Run curl in their network namespace, where both listen on loopback."""
        return run("nsenter", f"--net={self.service.place.namespace}", "curl", "-sS", "--max-time", "20", *arguments)


@pytest.fixture(scope="session")
def composed() -> dict[str, Any]:
    """The compose file with everything filled in."""
    return compose.resolved("compose")


@pytest.fixture(scope="session")
def composed_fleet() -> dict[str, Any]:
    """The compose file of a fleet with everything filled in."""
    return compose.resolved("fleet")


@pytest.fixture(scope="session")
def bases() -> dict[str, str]:
    """The default base images of the Dockerfile."""
    return release.dist.bases()


@pytest.fixture(scope="session")
def storage() -> Storage:
    """The storage of the images."""
    return Storage(DIRECTORY)


@pytest.fixture(scope="session")
def image(storage: Storage, bases: dict[str, str]) -> Image:
    """The image, built from the Dockerfile as it is."""
    root = release.dist.build_image(storage)
    return Image(storage.config("wdfilterd"), root, storage.mounted(bases["DEBIAN_IMAGE"]))


@pytest.fixture(scope="session")
def dist(storage: Storage, image: Image) -> Path:
    """What `make dist` makes, from the same image."""
    folder = DIRECTORY / "release"
    release.dist.make(storage, image.root, DIRECTORY / "dist", folder)
    print(release.dist.sizes(folder))
    if kept := os.environ.get("WDFILTERD_KEEP"):
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
    return folder


@pytest.fixture(scope="session")
def package(dist: Path) -> Path:
    """The Debian package."""
    return next(dist.glob("*.deb"))


@pytest.fixture(scope="session")
def secret() -> Path:
    """A secret, created as the compose file describes."""
    file = DIRECTORY / "secret"
    file.write_text(f"whsec_{base64.b64encode(os.urandom(32)).decode()}\n")
    file.chmod(0o444)
    return file


@pytest.fixture(scope="module")
def pair(image: Image, composed: dict[str, Any], secret: Path) -> Iterator[Pair]:
    """Both containers, started as the compose file describes."""
    started: dict[str, Container] = {}
    try:
        for name, greeting in GREETINGS.items():
            service = composed["services"][name]
            neighbor = started.get(service.get("network_mode", "").removeprefix("service:"))
            place = neighbor.place if neighbor else None
            started[name] = Container(service, image.config, image.root, secret, DIRECTORY / name, place)
            started[name].wait_for(greeting)
        yield Pair(started["wdfilterd"], started["engine"])
    finally:
        for container in started.values():
            container.kill()


@pytest.fixture(scope="module")
def fleet(
    image: Image, storage: Storage, bases: dict[str, str], composed_fleet: dict[str, Any], secret: Path
) -> Iterator[Fleet]:
    """All containers of a fleet, started as its compose file describes."""
    services = composed_fleet["services"]
    roots = {service["image"]: image.root for service in services.values()}
    roots[services["proxy"]["image"]] = storage.make_proxy(bases["DEBIAN_IMAGE"])
    with Fleet(composed_fleet, image.config, roots, secret, DIRECTORY / "fleet") as running:
        yield running
