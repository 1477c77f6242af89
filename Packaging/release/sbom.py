"""The software bill of materials of the program, in SPDX 2.3."""

import hashlib
import json
import re
import urllib.parse
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from release.command import REPOSITORY, run
from release.version import moment, version

PROGRAM = "SPDXRef-wdfilterd"
PATH = "/usr/local/bin/wdfilterd"
"""The program in the image."""
APPLE = "Apache-2.0 WITH Swift-exception"
LICENSES = {
    "swift-argument-parser": APPLE,
    "swift-collections": APPLE,
    "swift-log": "Apache-2.0",
}
"""What the packages' own license files say."""


def document(program: Path, resolved: Path, root: Path) -> str:
    """Describe `program`.

    It is linked with the Swift packages of `resolved` (Package.resolved), Swift's runtime, and libraries that Debian
    packages in the file system at `root` provide.
    """
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    swift = (REPOSITORY / ".swift-version").read_text().strip()
    own = package("wdfilterd", version(), "Apache-2.0", purpose="APPLICATION", checksum=digest, identifier=PROGRAM)
    runtime = package("swift-runtime", swift, APPLE, purl=f"pkg:github/swiftlang/swift@swift-{swift}-RELEASE")
    linked = [runtime, *swift_packages(resolved)]
    libraries = list(debian_packages(root))
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", PROGRAM)]
    relations += [relation(PROGRAM, "STATIC_LINK", item["SPDXID"]) for item in linked]
    relations += [relation(PROGRAM, "DYNAMIC_LINK", item["SPDXID"]) for item in libraries]
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"wdfilterd {version()} {digest}")
    made = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"wdfilterd-{version()}",
        "documentNamespace": f"https://spdx.org/spdxdocs/wdfilterd-{version()}-{namespace}",
        "creationInfo": {
            "created": f"{moment():%Y-%m-%dT%H:%M:%SZ}",
            "creators": [f"Tool: wdfilterd-dist-{version()}"],
        },
        "packages": [own, *linked, *libraries],
        "relationships": relations,
    }
    return json.dumps(made, indent=2) + "\n"


def swift_packages(resolved: Path) -> Iterator[dict[str, Any]]:
    """The packages that SwiftPM resolved."""
    for pin in json.loads(resolved.read_text())["pins"]:
        name, location, state = pin["identity"], pin["location"].removesuffix(".git"), pin["state"]
        purl = f"pkg:swift/{location.removeprefix('https://')}@{state['version']}"
        where = f"git+{location}@{state['revision']}"
        yield package(name, state["version"], LICENSES[name], purl=purl, location=where)


def debian_packages(root: Path) -> Iterator[dict[str, Any]]:
    """The packages of all libraries that the program of the image at `root` loads, at its start or later."""
    late = late_libraries(root)
    lines = run("chroot", root, "ldd", PATH, *late).splitlines()
    names = [match[1] for line in lines if (match := re.match(r"\s*(\S+) => /", line))]
    names += [Path(file).name for file in late]
    found = run("chroot", root, "dpkg-query", "--search", *(f"*/{name}" for name in names))
    packages = sorted({line.partition(":")[0] for line in found.splitlines()})
    columns = "${Package}\t${Version}\t${Architecture}\n"
    for line in run("chroot", root, "dpkg-query", "--show", f"--showformat={columns}", *packages).splitlines():
        name, number, architecture = line.split("\t")
        exact = urllib.parse.quote(number, safe="~")
        purl = f"pkg:deb/debian/{name}@{exact}?arch={architecture}&distro=debian-12"
        yield package(name, number, "NOASSERTION", purl=purl, supplier="Organization: Debian")


def late_libraries(root: Path) -> list[str]:
    """The libraries that the program of the image at `root` names and does not need at its start."""
    program = root / PATH.lstrip("/")
    linked = run("readelf", "--dynamic", "--wide", program)
    names = {name.decode() for name in re.findall(rb"\0(lib[\w+.-]+\.so\.\d+)(?=\0)", program.read_bytes())}
    files = (file for name in sorted(names) if f"[{name}]" not in linked for file in root.glob(f"usr/lib/*/{name}"))
    return [f"/{file.relative_to(root)}" for file in files]


def package(
    name: str,
    number: str,
    license: str,
    *,
    purl: str = "",
    purpose: str = "LIBRARY",
    location: str = "NOASSERTION",
    supplier: str = "NOASSERTION",
    checksum: str = "",
    identifier: str = "",
) -> dict[str, Any]:
    """One package of the document."""
    made: dict[str, Any] = {
        "SPDXID": identifier or "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name,
        "versionInfo": number,
        "supplier": supplier,
        "downloadLocation": location,
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": purpose,
    }
    if checksum:
        made["checksums"] = [{"algorithm": "SHA256", "checksumValue": checksum}]
    if purl:
        reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        made["externalRefs"] = [reference]
    return made


def relation(one: str, kind: str, other: str) -> dict[str, str]:
    """A relationship of two elements."""
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
