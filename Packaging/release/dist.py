"""Everything that is attached to a release."""

import hashlib
import shutil
from pathlib import Path

from release import debian, sbom
from release.command import REPOSITORY, run
from release.storage import Storage
from release.version import epoch, version


def bases() -> dict[str, str]:
    """The default base images of the Dockerfile."""
    lines = (REPOSITORY / "docker" / "Dockerfile").read_text().splitlines()
    arguments = (line.removeprefix("ARG ").split("=") for line in lines if line.startswith("ARG "))
    return {name: value for name, value in arguments if name.endswith("_IMAGE")}


def build_image(storage: Storage) -> Path:
    """Build the image `wdfilterd` from the Dockerfile as it is, and return its root. This compiles the program."""
    storage.make_debian(bases()["DEBIAN_IMAGE"])
    storage.make_swift(bases()["SWIFT_IMAGE"], bases()["DEBIAN_IMAGE"])
    storage.build("wdfilterd")
    return storage.mounted("wdfilterd")


def make(storage: Storage, root: Path, work: Path, folder: Path) -> None:
    """Make the archives in `folder` from the image at `root`; `work` is a new folder for everything else.

    The program is the image's in all of them.
    """
    work.mkdir()
    folder.mkdir()
    program = folder / "wdfilterd"
    shutil.copy(root / "usr/local/bin/wdfilterd", program)
    prefix = work / "prefix"
    run(REPOSITORY / "Tools/stage", program, prefix, more={"SOURCE_DATE_EPOCH": str(epoch())})
    package = debian.make(prefix, work / "debian")
    shutil.copy(package, folder)
    shutil.copytree(root / "usr/share/doc/wdfilterd", prefix / "share/doc/wdfilterd")
    shutil.copy(REPOSITORY / "Config/wdfilterd.yaml", prefix / "share/doc/wdfilterd")
    pack(prefix, folder / f"wdfilterd-{version()}-linux-amd64.tar.gz")
    resolved = storage.mounted("wdfilterd-build") / "source/Package.resolved"
    (folder / f"wdfilterd-{version()}.spdx.json").write_text(sbom.document(program, resolved, root))
    storage.export("wdfilterd", folder / f"wdfilterd-{version()}-oci-amd64.tar")
    sums = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(folder.iterdir()))
    (folder / "SHA256SUMS").write_text("".join(list(sums)))


def pack(prefix: Path, archive: Path) -> None:
    """Pack a folder: `tar -xzf ARCHIVE -C /usr/local --strip-components=1` installs it."""
    name = archive.name.removesuffix(".tar.gz")
    same = ("--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{epoch()}")
    renaming = f"--transform=s,^\\.,{name},"
    run("tar", *same, "--use-compress-program=gzip -n9", "-cf", archive, renaming, "-C", prefix, ".")


def sizes(folder: Path) -> str:
    """The files of a release with their sizes."""
    return "".join(f"{file.stat().st_size:>12,} {file.name}\n" for file in sorted(folder.iterdir()))
