"""The version and the time of what is released."""

import datetime
import functools
import os
import re

from release.command import REPOSITORY, run


@functools.cache
def version() -> str:
    """The version of the project, as Version.swift has it."""
    text = (REPOSITORY / "Sources/Console/Version.swift").read_text()
    return re.findall(r'static let current = "(\d+\.\d+\.\d+(?:-dev)?)"', text)[0]


def debian_version() -> str:
    """The version as Debian writes it: a `~` sorts before the release."""
    return version().replace("-dev", "~dev")


@functools.cache
def epoch() -> int:
    """SOURCE_DATE_EPOCH, or else the time of the last commit: all files of a release have it, so that they are the same
    when they are made again."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    # The folder may belong to somebody else, as in the jobs of GitHub.
    return int(given or run("git", "-c", "safe.directory=*", "log", "-1", "--format=%ct"))


def moment() -> datetime.datetime:
    """`epoch` as a moment."""
    return datetime.datetime.fromtimestamp(epoch(), datetime.UTC)
