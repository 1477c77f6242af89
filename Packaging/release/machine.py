"""The setup of this machine for apt, git and Swift, so that builds in a container use the same package sources."""

import json
import re
from pathlib import Path

from release.command import run

RELEASE = "bookworm"
TOOLCHAIN = "/opt/swift-toolchain"
"""Where a build finds the Swift of this machine."""


def apt_sources() -> list[str]:
    """The sources of Debian's own packages, as lines of sources.list."""
    columns = "$(TARGET_OF) $(REPO_URI) $(RELEASE) $(COMPONENT)"
    lines = run(
        "apt-get", "indextargets", "--no-release-info", "--format", columns, "Created-By: Packages"
    ).splitlines()
    return sorted({line for line in lines if re.search(rf" {RELEASE}(-updates|-security)? main$", line)})


def apt_options() -> list[str]:
    """The apt options for downloads, including proxies."""
    lines = run("apt-config", "dump").splitlines()
    return [line for line in lines if re.match(r"Acquire::(https?|Retries|Check-)", line)]


def toolchain() -> Path:
    """The installation folder of Swift, which contains `bin`."""
    paths = json.loads(run("swift", "-print-target-info"))["paths"]
    return Path(paths["runtimeResourcePath"]).resolve().parents[1]


def redirections() -> dict[str, str]:
    """The URLs that git replaces, with their replacements."""
    found = {}
    for line in run("git", "config", "--list").splitlines():
        if match := re.fullmatch(r"url\.(?P<real>.*)\.insteadof=(?P<asked>.*)", line, re.IGNORECASE):
            found[match["asked"]] = match["real"]
    return found


def git_config() -> str:
    """The redirections as a git configuration file."""
    return "".join(f'[url "{real}"]\n\tinsteadOf = {asked}\n' for asked, real in redirections().items())


def mirrors() -> set[Path]:
    """Folders of this machine that git reads instead of URLs."""
    return {Path(real.removeprefix("file://")) for real in redirections().values() if re.match(r"(file://)?/", real)}
