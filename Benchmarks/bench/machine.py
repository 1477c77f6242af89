"""On what, and of what, the figures are."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from bench.processes import SERVERS


def output(*command: str) -> str:
    """What a program prints, whatever its exit code: wrk's is 1 with its version."""
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def first(pattern: str, text: str) -> str:
    """The group of the first match."""
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else "unknown"


def environment() -> str:
    """The machine and the versions of everything that takes part."""
    cpu = first(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text())
    versions = {
        "libmicrohttpd": output("pkg-config", "--modversion", "libmicrohttpd"),
        "libcurl": output("pkg-config", "--modversion", "libcurl"),
        "wrk": first(r"^wrk \S*?(\d[\d.]*)", output("wrk", "-v")),
        "Swift": first(r"Swift version (\S+)", output("swift", "--version")),
    }
    machine = f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    return f"{machine}; " + ", ".join(f"{name} {version}" for name, version in versions.items()) + "."


def commit() -> str:
    """The commit that is checked out, and whether something was changed since."""
    git = ("git", "-C", str(SERVERS))
    changed = output(*git, "status", "--porcelain", "--untracked-files=no", "--", "..", ":!RESULTS.md")
    return (output(*git, "rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")


def busy() -> str:
    """How much else the machine has done in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"
