"""The image that the Dockerfile makes."""

import subprocess
from pathlib import Path

from release import sbom
from release.command import REPOSITORY, run

from conftest import Image
from image.compose import TOOLS

OURS = {"/usr/local/bin/wdfilterd", "/etc/wdfilterd.yaml"}
LICENCES = "/usr/share/doc/wdfilterd/"
# Files that Debian's packages create when they are installed, and files on which a builder mounts others.
MADE = (
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/ssl/certs/",
    "/etc/ca-certificates.conf",
    "/var/lib/apt/extended_states",
    "/var/lib/dpkg/",
    "/etc/ld.so.cache",
    "/var/cache/debconf/",
)
# libarchive depends on libxml2 and ICU, which take about 40 of them.
MEBIBYTES = 264


def files(root: Path) -> dict[str, tuple[int, int]]:
    """All files of an image, with size and mode."""
    found = {}
    for line in run("find", root, "-xdev", "!", "-type", "d", "-printf", "%P %s %m\n").splitlines():
        name, size, mode = line.rsplit(" ", 2)
        found[f"/{name}"] = (int(size), int(mode, 8))
    return found


def packaged(root: Path) -> set[str]:
    """All files that belong to packages."""
    lists = (root / "var/lib/dpkg/info").glob("*.list")
    return {line for file in lists for line in file.read_text().splitlines()}


def test_hadolint_finds_nothing() -> None:
    run(TOOLS / "hadolint", "docker/Dockerfile")


def test_the_base_has_the_swift_that_the_project_names(bases: dict[str, str]) -> None:
    version = (REPOSITORY / ".swift-version").read_text().strip()
    assert bases == {"SWIFT_IMAGE": f"swift:{version}-bookworm", "DEBIAN_IMAGE": "debian:12-slim"}


def test_it_says_how_it_is_run(image: Image) -> None:
    config = image.config
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["wdfilterd"]
    assert config["Cmd"][0] == "serve"
    assert config["ExposedPorts"] == {"8080/tcp": {}}
    assert config["Healthcheck"]["Test"] == ["CMD", "wdfilterd", "healthcheck"]
    assert config["Healthcheck"]["Timeout"] == 3_000_000_000
    assert not config.get("Volumes")
    assert [variable.partition("=")[0] for variable in config["Env"]] == ["PATH"]
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_it_has_nothing_but_packages_and_ours(image: Image) -> None:
    base = files(image.base)
    new = {name for name, entry in files(image.root).items() if base.get(name) != entry}
    assert new >= OURS
    # Packages list their files under /lib where that is a link to /usr/lib.
    known = {name.removeprefix("/usr") for name in packaged(image.root)}
    other = {name for name in new - OURS if name.removeprefix("/usr") not in known}
    assert {name for name in other if not name.startswith((LICENCES, *MADE))} == set()
    assert len([name for name in new if name.startswith(LICENCES)]) == 5
    assert not (image.root / "source").exists()
    assert list((image.root / "var/lib/apt/lists").iterdir()) == []


def test_nothing_in_it_gives_privileges_that_the_base_does_not(image: Image) -> None:
    privileged = {name for name, (_, mode) in files(image.root).items() if mode & 0o6000}
    assert privileged <= set(files(image.base))
    assert run("find", image.root, "-xdev", "(", "-uid", "10001", "-o", "-gid", "10001", ")") == ""


def test_every_library_that_the_binary_needs_is_there(image: Image) -> None:
    lines = run("chroot", image.root, "ldd", sbom.PATH, *sbom.late_libraries(image.root)).splitlines()
    assert [line for line in lines if "not found" in line] == []
    assert [line for line in lines if "swift" in line] == []


def test_it_is_small(image: Image) -> None:
    size = int(subprocess.check_output(("du", "-sxm", image.root), text=True).split()[0])
    own = (image.root / "usr/local/bin/wdfilterd").stat().st_size / 2**20
    print(f"image {size} MiB, the binary {own:.1f} MiB of it")
    assert size < MEBIBYTES
