"""The image, built once, and the two containers of the compose file."""

import base64
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from image import compose
from image.command import REPOSITORY, run
from image.container import Container
from image.storage import Storage

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
        number = str(self.service.number)
        return run("nsenter", "--target", number, "--net", "curl", "-sS", "--max-time", "20", *arguments)


@pytest.fixture(scope="session")
def composed() -> dict[str, Any]:
    """The compose file with everything filled in."""
    return compose.resolved()


@pytest.fixture(scope="session")
def bases() -> dict[str, str]:
    """The default base images of the Dockerfile."""
    lines = (REPOSITORY / "docker" / "Dockerfile").read_text().splitlines()
    arguments = (line.removeprefix("ARG ").split("=") for line in lines if line.startswith("ARG "))
    return {name: value for name, value in arguments if name.endswith("_IMAGE")}


@pytest.fixture(scope="session")
def storage() -> Storage:
    """The storage of the images."""
    return Storage(DIRECTORY)


@pytest.fixture(scope="session")
def image(storage: Storage, bases: dict[str, str]) -> Image:
    """The image, built from the Dockerfile as it is."""
    storage.make_debian(bases["DEBIAN_IMAGE"])
    storage.make_swift(bases["SWIFT_IMAGE"], bases["DEBIAN_IMAGE"])
    storage.build("wdfilterd")
    made = Image(storage.config("wdfilterd"), storage.mounted("wdfilterd"), storage.mounted(bases["DEBIAN_IMAGE"]))
    if kept := os.environ.get("WDFILTERD_KEEP"):
        shutil.copy2(made.root / "usr/local/bin/wdfilterd", kept)
    return made


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
            started[name] = Container(service, image.config, image.root, secret, DIRECTORY / name, neighbor)
            started[name].wait_for(greeting)
        yield Pair(started["wdfilterd"], started["engine"])
    finally:
        for container in started.values():
            container.kill()
