"""Tools/swift-toolchain, with a stand-in for swift.org on loopback, a small archive and keys that are made here.

swift.org itself is not reached by any test.
"""

import http.server
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
VERSION = (REPOSITORY / ".swift-version").read_text().strip()
ARCHIVE = f"/swift-{VERSION}-release/debian12/swift-{VERSION}-RELEASE/swift-{VERSION}-RELEASE-debian12.tar.gz"
CONTAINER = "docker compose -f docker/compose.yaml up --build"
# Everything that the script and make call, except Swift.
TOOLS = "awk bash cat chmod curl dirname gpg grep gzip head make mkdir mktemp mv rm sed sh stat tar tr true uname"
SECONDS = 60


def gpg(home: Path, *arguments: str | Path) -> str:
    """Run gpg with the keys in `home`."""
    command = ("gpg", "--homedir", home, "--batch", "--passphrase", "", "--pinentry-mode", "loopback", *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS).stdout


class Signer:
    """A key that is thrown away."""

    def __init__(self, home: Path, *options: str) -> None:
        """Make it in `home`."""
        home.mkdir(mode=0o700)
        self._home = home
        self._options = options
        gpg(home, *options, "--quick-generate-key", "Stand-in <swift@example.org>", "ed25519", "sign", "1d")
        listed = gpg(home, "--with-colons", "--list-keys").splitlines()
        self.fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr:"))
        self.public = gpg(home, "--armor", "--export").encode()

    def sign(self, file: Path) -> bytes:
        """Return a detached signature of a file."""
        signature = file.with_suffix(".sig")
        signature.unlink(missing_ok=True)
        gpg(self._home, *self._options, "--output", signature, "--detach-sign", file)
        return signature.read_bytes()

    def revoke(self) -> None:
        """Revoke it with the certificate that gpg made beside the key."""
        certificate = self._home / "openpgp-revocs.d" / f"{self.fingerprint}.rev"
        text = certificate.read_text().replace(":-----BEGIN", "-----BEGIN")
        certificate.write_text(text)
        gpg(self._home, "--import", certificate)
        self.public = gpg(self._home, "--armor", "--export").encode()


class Site:
    """A stand-in for swift.org."""

    def __init__(self) -> None:
        """Serve `files` on a free port of loopback."""
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.files.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write((body or b"")[: 100 if self.path in site.cut else None])

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Project:
    """A folder with what the step needs of this project, and a PATH without Swift."""

    def __init__(self, folder: Path, site: Site, signer: Signer) -> None:
        """Copy the files; trust only `signer`."""
        self.folder = folder
        self.site = site
        (folder / "Tools").mkdir(parents=True)
        for name in ("Makefile", ".swift-version", "Tools/swift-toolchain"):
            shutil.copy2(REPOSITORY / name, folder / name)
        (folder / "Tools/swift-signing-key").write_text(f"# Made by a test.\n{signer.fingerprint}\n")
        self.bin = folder.parent / "bin"
        self.bin.mkdir()
        for tool in TOOLS.split():
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make with the tools in `bin` alone."""
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.folder),
            "SWIFT_WEBROOT": self.site.url,
            "SWIFT_KEYS": f"{self.site.url}/keys.asc",
        }
        return subprocess.run(
            ("make", *arguments),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def refuse(self, *arguments: str) -> str:
        """Run `make setup-swift`, which must fail without leaving anything, and return what it printed."""
        done = self.make("setup-swift", *arguments)
        assert done.returncode != 0
        assert CONTAINER in done.stderr
        left = [file.name for file in (self.folder / ".swift").iterdir()] if (self.folder / ".swift").exists() else []
        assert left == []
        return done.stderr


@pytest.fixture(scope="module", autouse=True)
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """gpg starts an agent for each folder of keys, which would outlive the tests."""
    yield
    for keys in tmp_path_factory.getbasetemp().glob("**/private-keys-v1.d"):
        subprocess.run(["gpgconf", "--homedir", keys.parent, "--kill", "all"], check=True, timeout=SECONDS)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """The key that the project trusts."""
    return Signer(tmp_path_factory.mktemp("gpg") / "trusted")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toolchain that only says what it was asked for."""
    folder = tmp_path_factory.mktemp("archive")
    swift = folder / "swift"
    swift.write_text(f'#!/bin/sh\necho "Swift version {VERSION} (stand-in) $*"\n')
    swift.chmod(0o755)
    file = folder / "swift.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(swift, f"swift-{VERSION}-RELEASE-debian12/usr/bin/swift")
    return file


@pytest.fixture
def project(tmp_path: Path, signer: Signer, archive: Path) -> Iterator[Project]:
    """A project beside a site with a well-signed archive."""
    site = Site()
    site.files = {
        "/keys.asc": signer.public,
        ARCHIVE: archive.read_bytes(),
        f"{ARCHIVE}.sig": signer.sign(archive),
    }
    yield Project(tmp_path / "project", site, signer)
    site.close()


def test_a_signed_archive_becomes_the_swift_of_make_and_of_nobody_else(project: Project) -> None:
    done = project.make("setup-swift")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in (project.folder / ".swift").iterdir()] == [VERSION]
    asked = project.make("--silent", "--eval=probe: ; swift build", "probe")
    assert asked.stdout == f"Swift version {VERSION} (stand-in) build\n"
    assert shutil.which("swift", path=str(project.bin)) is None
    # Nothing is downloaded again.
    project.site.files.clear()
    assert project.make("setup-swift").returncode == 0


@pytest.mark.parametrize(("version", "is_used"), [(f"{VERSION[:3]}.9", True), ("6.99", False), ("5.10.1", False)])
def test_a_swift_on_the_path_is_used_if_it_is_the_right_one(project: Project, version: str, is_used: bool) -> None:
    swift = project.bin / "swift"
    swift.write_text(f'#!/bin/sh\necho "Swift version {version} (other)"\n')
    swift.chmod(0o755)
    assert project.make("setup-swift").returncode == 0
    assert (project.folder / ".swift").exists() is not is_used
    assert project.make("setup-swift", "SWIFT=system").returncode == 0
    asked = project.make("--silent", "--eval=probe: ; swift", "probe", "SWIFT=system")
    assert asked.stdout == f"Swift version {version} (other)\n"


def test_system_refuses_to_download(project: Project) -> None:
    assert "SWIFT=system, and there is no swift on the PATH" in project.refuse("SWIFT=system")


def test_a_changed_archive_is_not_unpacked(project: Project) -> None:
    changed = bytearray(project.site.files[ARCHIVE])
    changed[40] ^= 1
    project.site.files[ARCHIVE] = bytes(changed)
    assert "BAD signature" in project.refuse()


def test_another_key_is_not_trusted_even_if_the_site_serves_it(project: Project, tmp_path: Path, archive: Path) -> None:
    other = Signer(tmp_path / "gpg")
    project.site.files["/keys.asc"] += other.public
    project.site.files[f"{ARCHIVE}.sig"] = other.sign(archive)
    assert "is not signed by the key" in project.refuse()


def test_a_revoked_key_is_not_trusted(project: Project, tmp_path: Path, archive: Path) -> None:
    revoked = Signer(tmp_path / "gpg")
    project.site.files[f"{ARCHIVE}.sig"] = revoked.sign(archive)
    (project.folder / "Tools/swift-signing-key").write_text(revoked.fingerprint)
    revoked.revoke()
    project.site.files["/keys.asc"] = revoked.public
    assert "is not signed by the key" in project.refuse()


def test_a_key_that_has_expired_since_is_trusted(project: Project, tmp_path: Path, archive: Path) -> None:
    old = Signer(tmp_path / "gpg", "--faked-system-time", "20240916T000000!")
    (project.folder / "Tools/swift-signing-key").write_text(old.fingerprint)
    project.site.files |= {"/keys.asc": old.public, f"{ARCHIVE}.sig": old.sign(archive)}
    assert project.make("setup-swift").returncode == 0


@pytest.mark.parametrize("name", ["/keys.asc", ARCHIVE, f"{ARCHIVE}.sig"])
def test_a_download_that_is_cut_off_or_missing_is_reported(project: Project, name: str) -> None:
    project.site.cut = {name}
    project.site.files[name] += bytes(200)
    assert f"{name} was cut off after 100 bytes. Run make again." in project.refuse()
    del project.site.files[name]
    assert f"{name} cannot be downloaded (curl's exit code is 22)." in project.refuse()


def test_without_a_network_the_container_is_named(project: Project) -> None:
    project.site.close()
    assert "cannot be downloaded (curl's exit code is 7)" in project.refuse()


@pytest.mark.parametrize("tool", ["gpg", "curl"])
def test_without_a_tool_nothing_is_downloaded(project: Project, tool: str) -> None:
    (project.bin / tool).unlink()
    assert f"{tool} is missing" in project.refuse()


def test_a_signed_archive_without_a_working_swift_is_refused(project: Project, signer: Signer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    with tarfile.open(broken, "w:gz") as tar:
        tar.add(REPOSITORY / ".swift-version", f"swift-{VERSION}-RELEASE-debian12/usr/bin/swift")
    project.site.files |= {ARCHIVE: broken.read_bytes(), f"{ARCHIVE}.sig": signer.sign(broken)}
    assert f"Swift {VERSION} does not run" in project.refuse()


def test_setup_installs_the_packages_of_the_toolchain_only_with_it() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    assert makefile.index("setup: setup-apt setup-swift") > 0
    printed = subprocess.run(
        (REPOSITORY / "Tools/swift-toolchain", "packages"), check=True, capture_output=True, text=True, env=os.environ
    ).stdout.split()
    assert {"gpg", "curl", "libstdc++-12-dev", "binutils"} <= set(printed)
    # They can be installed beside those of the project.
    assert "libcurl4-gnutls-dev" in makefile
    assert "libcurl4-openssl-dev" not in printed
    assert not any(name in makefile for name in ("libstdc++-12-dev", "libpython3-dev"))
