"""Reports as pages: read without a browser, and held to be what they must be in any."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Elements of reports, with those that have no end.
VOIDS = {"meta", "wbr", "path", "line"}
ELEMENTS = VOIDS | set(
    re.findall(
        r"\w+",
        """html head title body header main nav h1 h2 h3 p pre ul ol li dl dt dd div details summary a code span strong
        table caption thead tbody tr th td svg text style script""",
    )
)
INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass
class Page(HTMLParser):
    """A page that was read: its text, the texts of its elements, and its style and script."""

    text: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict)
    embedded: dict[str, list[str]] = field(default_factory=dict)
    policy: str = ""

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold an element and its attributes to those of reports (REP-2)."""
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action", "formaction", "xlink:href"), (tag, name)
            assert value is not None
            assert not INVISIBLE.search(value), value
            assert name != "href" or value.startswith("#"), value
            if name == "content" and "default-src" in value:
                self.policy = value
        if tag not in VOIDS:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a shape that ends itself."""
        assert tag in VOIDS
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Hold an end to its start."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._open and self._open[-1] in ("style", "script"):
            self.embedded.setdefault(self._open[-1], []).append(data)
            return
        assert not INVISIBLE.search(data), data
        self.text += data
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def handle_comment(self, data: str) -> None:
        """Refuse a comment."""
        raise AssertionError(data)


def read(page: bytes) -> Page:
    """A page that is complete, asks for nothing, and runs nothing but its own script (REP-2, UIS-4)."""
    found = Page()
    text = page.decode()
    assert text.startswith("<!DOCTYPE html>\n<html")
    assert text.endswith("</html>\n")
    found.feed(text)
    found.close()
    assert "https:" not in text
    assert len(page) < 2_000_000
    for kind, allowed in (("style", "style-src"), ("script", "script-src")):
        [content] = found.embedded[kind]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{allowed} 'sha256-{digest}'" in found.policy
    assert "default-src 'none'" in found.policy
    return found
