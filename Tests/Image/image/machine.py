"""What this machine has set up for apt, git and Swift, so that a build in a container finds its packages as we do."""

import json
import re
from pathlib import Path

from image.command import run

RELEASE = "bookworm"
TOOLCHAIN = "/opt/swift-toolchain"
"""Where a build finds the Swift of this machine."""


def apt_sources() -> list[str]:
    """Where Debian's own packages come from, as lines of apt's."""
    columns = "$(TARGET_OF) $(REPO_URI) $(RELEASE) $(COMPONENT)"
    lines = run(
        "apt-get", "indextargets", "--no-release-info", "--format", columns, "Created-By: Packages"
    ).splitlines()
    return sorted({line for line in lines if re.search(rf" {RELEASE}(-updates|-security)? main$", line)})


def apt_options() -> list[str]:
    """What apt is told about fetching, proxies among it."""
    lines = run("apt-config", "dump").splitlines()
    return [line for line in lines if re.match(r"Acquire::(https?|Retries|Check-)", line)]


def toolchain() -> Path:
    """Where Swift is installed: the folder that has its `bin`."""
    paths = json.loads(run("swift", "-print-target-info"))["paths"]
    return Path(paths["runtimeResourcePath"]).resolve().parents[1]


def redirections() -> dict[str, str]:
    """What git reads other addresses for: address by address."""
    found = {}
    for line in run("git", "config", "--list").splitlines():
        if match := re.fullmatch(r"url\.(?P<real>.*)\.insteadof=(?P<asked>.*)", line, re.IGNORECASE):
            found[match["asked"]] = match["real"]
    return found


def git_config() -> str:
    """Redirections as a file of git's."""
    return "".join(f'[url "{real}"]\n\tinsteadOf = {asked}\n' for asked, real in redirections().items())


def mirrors() -> set[Path]:
    """Folders of this machine that git reads instead."""
    return {Path(real.removeprefix("file://")) for real in redirections().values() if re.match(r"(file://)?/", real)}
