"""The version is decided in Version.swift. Everything that states it says the same."""

import re

import steps
import yaml


def read(path: str) -> str:
    """The text of a file of the project."""
    return (steps.REPOSITORY / path).read_text()


VERSION = re.findall(r'static let current = "(\d+\.\d+\.\d+(?:-dev)?)"', read("Sources/Console/Version.swift"))[0]


def test_openapi_states_the_version() -> None:
    document = yaml.safe_load(read("openapi.yaml"))
    assert document["info"]["version"] == VERSION
    assert [example["version"] for example in document["components"]["schemas"]["Version"]["examples"]] == [VERSION]


def test_docs_state_the_version() -> None:
    pages = [read("README.md"), *(page.read_text() for page in sorted((steps.REPOSITORY / "docs").glob("*.md")))]
    stated = {found for page in pages for found in re.findall(r"wdfilterd[/ ]v?(\d+\.\d+\.\d+[-a-z]*)", page)}
    assert stated == {VERSION}


def test_the_changelog_begins_with_the_version() -> None:
    heading = re.findall(r"^## \[(.+?)\](.*)$", read("CHANGELOG.md"), re.MULTILINE)[0]
    if VERSION.endswith("-dev"):
        assert heading == ("Unreleased", "")
    else:
        assert heading[0] == VERSION
        assert re.fullmatch(r" - \d{4}-\d{2}-\d{2}", heading[1])
