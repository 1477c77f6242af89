"""The files of the page keep to its rules: their sizes (UI-1), and nothing that its browser would refuse (UI-3)."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "Sources/CDashboard"
FILES = sorted((FOLDER / "www").iterdir())
# Decision 46 says why it is more than UI-1 has.
MOST_BYTES = 208 * 1024
MOST_BYTES_OF_A_MODULE = 12 * 1024
MOST_LINES = 300

MARKUP = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "setHTMLUnsafe",
    "parseHTMLUnsafe",
    "createContextualFragment",
    "DOMParser",
)
CODE = (
    r"\beval\s*\(",
    r"\bnew\s+Function\b",
    r"\bFunction\s*\(",
    r"""\bset(Timeout|Interval)\s*\(\s*["'`]""",
    r"javascript:",
)
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\ssrc=)[^>]*>",
    "a style element": r"<style\b",
    "a style attribute": r"<[a-z][^>]*\sstyle\s*=",
    "a style attribute from code": r"""setAttribute\(\s*["'`]style["'`]""",
    "an inline handler": r"""<[a-z][^>]*\son[a-z]+\s*=|setAttribute\(\s*["'`]on""",
    "markup from a string": rf"\b({'|'.join(MARKUP)})\b",
    "document.write": r"\bdocument\s*\.\s*write(ln)?\b",
    "code from a string": "|".join(CODE),
    "another origin": r"\bhttps?://|[\"'`(]//[a-z]",
}
ALLOWED = {
    # Names of namespaces are not requested.
    "http://www.w3.org/2000/svg",
}


def faults(name: str, text: str) -> list[str]:
    """What is forbidden in a file, with the line."""
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    found = [
        (text.count("\n", 0, match.start()) + 1, what)
        for what, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    return [f"{name}:{line}: {what}" for line, what in sorted(found)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script>alert(1)</script>", "an inline script"),
        ("<SCRIPT type=module>", "an inline script"),
        ("<style>a { color: red }</style>", "a style element"),
        ('<p class="a" style="color: red">', "a style attribute"),
        ("node.setAttribute('style', 'color: red')", "a style attribute from code"),
        ("<img src=x onerror=alert(1)>", "an inline handler"),
        ('node.setAttribute("onclick", "go()")', "an inline handler"),
        ("node.innerHTML = text", "markup from a string"),
        ("node.insertAdjacentHTML('beforeend', text)", "markup from a string"),
        ("node.outerHTML = text", "markup from a string"),
        ("document.write(text)", "document.write"),
        ("eval(text)", "code from a string"),
        ("new Function(text)", "code from a string"),
        ('setTimeout("go()", 1)', "code from a string"),
        ('<a href="javascript:go()">', "code from a string"),
        ('import "https://example.org/a.js"', "another origin"),
        ("fetch('//example.org/')", "another origin"),
        ("@import url(http://example.org/a.css);", "another origin"),
    ],
)
def test_what_is_forbidden_is_found(text: str, what: str) -> None:
    """UI-3."""
    assert faults("a", f"\n{text}\n") == [f"a:2: {what}"]


@pytest.mark.parametrize(
    "text",
    [
        '<script type="module" src="/ui/app.js"></script>',
        "node.style.width = `${width}px`; // not an attribute",
        "listen(node, 'click', () => evaluate(1));",
        "document.createElementNS('http://www.w3.org/2000/svg', 'svg')",
        "const functions = on({ onceMore: 1 });",
        "setTimeout(() => go(), 1)",
    ],
)
def test_what_is_not_forbidden_is_not_found(text: str) -> None:
    """UI-3."""
    assert faults("a", text) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_has_nothing_that_a_browser_would_refuse(path: Path) -> None:
    """UI-3."""
    assert faults(path.name, path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_small(path: Path) -> None:
    """UI-1."""
    text = path.read_text()
    assert text.count("\n") <= MOST_LINES
    if path.suffix == ".js":
        assert path.stat().st_size <= MOST_BYTES_OF_A_MODULE
    assert "\0" not in text
    assert text.isascii() or "\ufeff" not in text
    assert text.endswith("\n")


def test_all_files_together_are_small() -> None:
    """UI-1."""
    assert sum(path.stat().st_size for path in FILES) <= MOST_BYTES


def test_the_table_has_each_file_of_the_folder_once_and_no_other() -> None:
    """UI-1: in both of its lines."""
    table = (FOLDER / "dashboard.c").read_text()
    embedded = re.findall(r'^ +FILE\("(.*)", (HTML|CSS|JS|SVG)\)\n#embed "www/(.*)"\n +END$', table, re.MULTILINE)
    assert sorted(name for name, _, _ in embedded) == [path.name for path in FILES]
    for name, kind, path in embedded:
        assert path == name
        assert Path(name).suffix == f".{kind.lower()}"
    assert len(embedded) == table.count("#embed ")
