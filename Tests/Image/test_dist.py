"""What `make dist` makes, apart from the image itself."""

import hashlib
import json
import os
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest
from release import debian, sbom
from release.command import REPOSITORY, run
from release.version import debian_version, version
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from conftest import Image

SHELLS = ("bash-completion/completions/wdfilterd", "zsh/{zsh}/_wdfilterd", "fish/vendor_completions.d/wdfilterd.fish")


@pytest.fixture(scope="session")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the Debian package."""
    folder = tmp_path_factory.mktemp("package")
    run("dpkg-deb", "--extract", package, folder)
    return folder


def test_the_sums_are_those_of_all_files(dist: Path) -> None:
    lines = (line.split("  ") for line in (dist / "SHA256SUMS").read_text().splitlines())
    sums = {name: digest for digest, name in lines}
    assert sums == {
        name: hashlib.sha256((dist / name).read_bytes()).hexdigest()
        for name in (
            "wdfilterd",
            f"wdfilterd-{version()}-linux-amd64.tar.gz",
            f"wdfilterd-{version()}-oci-amd64.tar",
            f"wdfilterd-{version()}.spdx.json",
            f"wdfilterd_{debian_version()}_amd64.deb",
        )
    }
    assert {file.name for file in dist.iterdir()} == {*sums, "SHA256SUMS"}


def test_all_have_the_program_of_the_image(dist: Path, image: Image, unpacked: Path) -> None:
    program = (dist / "wdfilterd").read_bytes()
    assert (image.root / "usr/local/bin/wdfilterd").read_bytes() == program
    assert (unpacked / "usr/bin/wdfilterd").read_bytes() == program
    name = f"wdfilterd-{version()}-linux-amd64"
    with tarfile.open(dist / f"{name}.tar.gz") as archive:
        names = set(archive.getnames())
        packed = archive.extractfile(f"{name}/bin/wdfilterd")
        assert packed is not None
        assert packed.read() == program
    shared = {f"{name}/share/{path.format(zsh='site-functions')}" for path in SHELLS}
    assert names >= shared | {f"{name}/share/man/man1/wdfilterd-serve.1", f"{name}/share/doc/wdfilterd/LICENSE"}


def test_the_program_is_stripped_and_needs_no_library_of_swift(dist: Path) -> None:
    sections = run("readelf", "--section-headers", "--dynamic", "--wide", dist / "wdfilterd")
    assert ".symtab" not in sections
    assert ".debug_info" not in sections
    needed = [line for line in sections.splitlines() if "(NEEDED)" in line]
    assert len(needed) >= 6
    assert not any("swift" in line or "Foundation" in line for line in needed)


def test_the_package_depends_on_the_libraries_that_are_loaded_late(image: Image, package: Path) -> None:
    late = sbom.late_libraries(image.root)
    assert [Path(file).name for file in late] == [
        "libarchive.so.13",
        "libcurl-gnutls.so.4",
        "libexpat.so.1",
        "libz.so.1",
    ]
    owners = run("chroot", image.root, "dpkg-query", "--search", *(f"*/{Path(file).name}" for file in late))
    depends = run("dpkg-deb", "--field", package, "Depends")
    assert {line.partition(":")[0] for line in owners.splitlines()} <= set(depends.strip().split(", "))


def test_lintian_finds_no_error(package: Path) -> None:
    findings = debian.lint(package)
    print(findings)
    assert "E: " not in findings
    assert "W: " not in findings


def test_the_package_has_everything_in_its_place(package: Path, unpacked: Path) -> None:
    control = run("dpkg-deb", "--field", package)
    assert f"Version: {debian_version()}\n" in control
    assert "libmicrohttpd12" in control
    assert "libc6" in control
    assert run("dpkg-deb", "--info", package, "conffiles") == "/etc/wdfilterd/wdfilterd.yaml\n"
    settings = (REPOSITORY / "Config/wdfilterd.yaml").read_bytes()
    assert (unpacked / "etc/wdfilterd/wdfilterd.yaml").read_bytes() == settings
    for path in (
        "lib/systemd/system/wdfilterd.service",
        "lib/systemd/system/wdfilterd.socket",
        "usr/lib/sysusers.d/wdfilterd.conf",
        "usr/share/doc/wdfilterd/copyright",
        "usr/share/doc/wdfilterd/changelog.gz",
        "usr/share/doc/wdfilterd/CHANGELOG.md.gz",
        *(f"usr/share/{path.format(zsh='vendor-completions')}" for path in SHELLS),
    ):
        assert (unpacked / path).stat().st_size > 0, path


def test_the_man_pages_have_no_mistakes(unpacked: Path, tmp_path: Path) -> None:
    pages = sorted((unpacked / "usr/share/man/man1").iterdir())
    commands = json.loads(run(unpacked / "usr/bin/wdfilterd", "--experimental-dump-help"))["command"]["subcommands"]
    named = {f"wdfilterd-{command['commandName']}.1.gz" for command in commands if command["commandName"] != "help"}
    assert {page.name for page in pages} == {"wdfilterd.1.gz", *named}
    run("gunzip", *pages)
    plain = sorted((unpacked / "usr/share/man/man1").iterdir())
    assert run("mandoc", "-T", "lint", "-W", "warning", *plain) == ""
    for page in plain:
        done = subprocess.run(
            ("man", "--warnings", "--encoding=UTF-8", "--local-file", page), capture_output=True, text=True, check=True
        )
        assert done.stderr == "", page
        assert "NAME" in done.stdout


def test_the_completion_for_bash_is_a_script(unpacked: Path) -> None:
    run("bash", "-n", unpacked / "usr/share/bash-completion/completions/wdfilterd")


def test_the_bill_of_materials_is_valid_and_complete(dist: Path, package: Path) -> None:
    file = dist / f"wdfilterd-{version()}.spdx.json"
    document = parse_file(str(file))
    assert [found.validation_message for found in validate_full_spdx_document(document)] == []
    versions = {item.name: item.version for item in document.packages}
    assert versions["wdfilterd"] == version()
    assert versions["swift-runtime"] == (REPOSITORY / ".swift-version").read_text().strip()
    assert {"swift-argument-parser", "swift-collections", "swift-log"} < versions.keys()
    # Debian's packages that the program loads, which the package depends on, are there with their versions.
    depends = run("dpkg-deb", "--field", package, "Depends")
    needed = {entry.split()[0] for entry in depends.split(",") if entry.strip().startswith("lib")}
    assert needed <= versions.keys()
    assert versions["libmicrohttpd12"].startswith("0.9.75")


@pytest.fixture
def path(dist: Path, tmp_path: Path) -> dict[str, str]:
    """A PATH whose Swift has built the program already."""
    swift = tmp_path / "bin" / "swift"
    swift.parent.mkdir()
    number = (REPOSITORY / ".swift-version").read_text().strip()
    swift.write_text(f"""#!/bin/sh
case "$*" in
*--version*) echo "Swift version {number}" ;;
*--show-bin-path*) echo "{dist}" ;;
esac
""")
    swift.chmod(0o755)
    return {"PATH": f"{swift.parent}:{os.environ['PATH']}"}


def test_make_install_puts_everything_below_the_prefix(path: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / "root"
    run("make", "install", "SWIFT=system", f"DESTDIR={root}", "PREFIX=/opt/lab", more=path)
    prefix = root / "opt/lab"
    assert run(prefix / "bin/wdfilterd", "--version").startswith(f"wdfilterd {version()} ")
    for file in ("man/man1/wdfilterd.1", *(shell.format(zsh="site-functions") for shell in SHELLS)):
        assert (prefix / "share" / file).stat().st_size > 0
    assert [folder.name for folder in root.iterdir()] == ["opt"]


def test_make_run_tells_where_the_program_is_before_it_serves(path: dict[str, str], dist: Path) -> None:
    process = subprocess.Popen(
        ("make", "run", "SWIFT=system", "LISTEN=127.0.0.1:0"),
        cwd=REPOSITORY,
        env={**os.environ, **path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        process_group=0,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("wdfilterd listening on "):
            break
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert lines[-3] == f"The program is {dist}/wdfilterd; `make install` puts it on the PATH.\n"
    assert lines[-2] == "\n"
