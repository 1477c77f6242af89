"""The Debian package."""

import shutil
from pathlib import Path

from release.command import REPOSITORY, run
from release.version import debian_version, epoch, moment

SECONDS = 300


def make(prefix: Path, work: Path) -> Path:
    """Make the package of what `prefix` contains, in the empty folder `work`."""
    source = work / "wdfilterd"
    shutil.copytree(REPOSITORY / "Packaging/debian", source / "debian")
    shutil.copytree(prefix, source / "tree")
    shutil.copy(REPOSITORY / "Config/wdfilterd.yaml", source)
    shutil.copy(REPOSITORY / "CHANGELOG.md", source)
    for name in ("service", "socket", "sysusers"):
        shutil.copy(REPOSITORY / f"systemd/wdfilterd.{name}", source / f"debian/wdfilterd.{name}")
    (source / "debian/changelog").write_text(changelog())
    variables = {"SOURCE_DATE_EPOCH": str(epoch()), "LC_ALL": "C.UTF-8"}
    run("dpkg-buildpackage", "--no-sign", "--build=binary", seconds=SECONDS, folder=source, more=variables)
    return next(work.glob("wdfilterd_*.deb"))


def changelog() -> str:
    """Debian's changelog, with this version alone; CHANGELOG.md has the changes."""
    control = (REPOSITORY / "Packaging/debian/control").read_text()
    maintainer = next(line for line in control.splitlines() if line.startswith("Maintainer: "))
    return (
        f"wdfilterd ({debian_version()}) unstable; urgency=medium\n\n"
        "  * The changes are those of CHANGELOG.md.\n\n"
        f" -- {maintainer.removeprefix('Maintainer: ')}  {moment():%a, %d %b %Y %H:%M:%S +0000}\n"
    )


def lint(package: Path) -> str:
    """Return the findings of lintian, which must have no error."""
    return run("lintian", "--fail-on", "error", "--allow-root", package, seconds=SECONDS)
