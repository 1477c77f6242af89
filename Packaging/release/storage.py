"""Images and containers of buildah, separate from those of the machine."""

import json
from pathlib import Path
from typing import Any

from release import machine
from release.command import REPOSITORY, run
from release.version import epoch, version

SECONDS = 1500
ISOLATION = ("--isolation", "chroot", "--network", "host")
# The packages that Swift's own image adds to Debian's: github.com/swiftlang/swift-docker.
SWIFT_NEEDS = (
    "binutils libicu-dev libcurl4-openssl-dev libedit-dev libsqlite3-dev libncurses-dev libpython3-dev libxml2-dev "
    "pkg-config uuid-dev tzdata git gcc libstdc++-12-dev"
)


class Storage:
    """A folder with images, which are deleted with the folder."""

    def __init__(self, directory: Path) -> None:
        """Keep everything in `directory`."""
        self.directory = directory

    def buildah(self, *arguments: str | Path) -> str:
        """Run buildah."""
        where = ("--root", self.directory / "images", "--runroot", self.directory / "run")
        return run("buildah", *where, *arguments, seconds=SECONDS).strip()

    def make_debian(self, name: str) -> None:
        """Make a substitute for Debian's slim image from this machine's sources."""
        container = self.buildah("from", "scratch")
        root = self.buildah("mount", container)
        options = [f"--aptopt={option}" for option in machine.apt_options()]
        options += [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "info", "locale", "man")]
        options += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
        # The folder of a container is not empty, even at the start.
        lenient = ("--quiet", "--variant=minbase", "--skip=check/empty")
        run(
            "mmdebstrap",
            *lenient,
            *options,
            machine.RELEASE,
            root,
            *machine.apt_sources(),
            seconds=SECONDS,
            more={"SOURCE_DATE_EPOCH": str(epoch())},
        )
        self.buildah("umount", container)
        self.buildah("commit", "--quiet", "--rm", "--timestamp", str(epoch()), container, name)

    def make_swift(self, name: str, debian: str) -> None:
        """Make a substitute for Swift's image; `build` mounts Swift itself."""
        container = self.buildah("from", "--pull-never", debian)
        self._install(container, f"ca-certificates {SWIFT_NEEDS}")
        path = f"{machine.TOOLCHAIN}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.buildah("config", "--env", f"PATH={path}", container)
        self.buildah("commit", "--quiet", "--rm", container, name)

    def _install(self, container: str, packages: str) -> None:
        """Install packages in a container."""
        install = f"apt-get update -qq && apt-get install -qq -y --no-install-recommends {packages}"
        apt = ("env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", f"{install} && rm -rf /var/lib/apt/lists/*")
        self.buildah("run", *ISOLATION, "--user", "0:0", container, "--", *apt)

    def build(self, name: str) -> None:
        """Build the Dockerfile without changes.

        The mounts of the first stage would leave empty folders in the second stage, which is therefore built
        separately, from the result of the first.
        """
        options = (*ISOLATION, "--pull-never", "--format", "docker", "--layers", "--file", "docker/Dockerfile")
        config = self.directory / "gitconfig"
        config.write_text(machine.git_config())
        lent = {config: "/etc/gitconfig", machine.toolchain(): machine.TOOLCHAIN}
        lent |= {mirror: str(mirror) for mirror in machine.mirrors()}
        volumes = (f"--volume={here}:{there}:ro" for here, there in lent.items())
        first = ("--target", "build", "--tag", f"{name}-build")
        self.buildah("bud", *options, *first, *volumes, REPOSITORY)
        self.buildah("bud", *options, "--timestamp", str(epoch()), "--tag", name, REPOSITORY)

    def export(self, name: str, file: Path) -> None:
        """Write an image as an OCI archive."""
        self.buildah("push", "--quiet", "--format", "oci", name, f"oci-archive:{file}:{name}:{version()}")

    def make_system(self, name: str, package: Path) -> Path:
        """Make a bootable system from an image, with what a Debian package depends on."""
        container = self.buildah("from", "--pull-never", name)
        self._install(container, "systemd systemd-sysv curl")
        root = Path(self.buildah("mount", container))
        depends = run("dpkg-deb", "--field", package, "Depends").strip()
        satisfy = f"apt-get update -qq && apt-get satisfy -qq -y --no-install-recommends '{depends}'"
        self.buildah("run", *ISOLATION, "--user", "0:0", container, "--", "sh", "-c", satisfy)
        return root

    def make_proxy(self, name: str) -> Path:
        """Make a substitute for HAProxy's image from Debian's image, and return its root."""
        container = self.buildah("from", "--pull-never", name)
        self._install(container, "haproxy")
        return Path(self.buildah("mount", container))

    def config(self, name: str) -> dict[str, Any]:
        """Return the configuration of an image."""
        found: dict[str, Any] = json.loads(self.buildah("inspect", "--type", "image", name))["Docker"]["config"]
        return found

    def mounted(self, name: str) -> Path:
        """Mount an image."""
        return Path(self.buildah("mount", self.buildah("from", "--pull-never", name)))
