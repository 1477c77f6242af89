"""UI-13: everybody can read the page: the contrast of its colors is computed from its style sheets.

WCAG 2.2 wants 4.5 : 1 for text, whatever it stands on, and 3 : 1 for lines and areas that mean something.
"""

import itertools
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SHEETS = [*(REPOSITORY / "Sources/CDashboard/www").glob("*.css"), *(REPOSITORY / "Sources/CReport").glob("*.css")]
BLOCK = re.compile(r"\{([^{}]*--bg:[^{}]*)\}")
COLOR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
BACKGROUNDS = ("bg", "pane", "sel")
TEXT = ("text", "dim", "link", "loss", "fine")
MEANT = ("border", "link", "normal", "high", "loss", "fine")

Palette = dict[str, str]


def palettes(sheet: Path) -> list[Palette]:
    """The palettes of a style sheet: one for each block that defines a background; the first one is the default."""
    blocks = [dict(COLOR.findall(block)) for block in BLOCK.findall(sheet.read_text())]
    return [blocks[0] | block for block in blocks]


PALETTES = [(sheet.name, palette) for sheet in SHEETS if "--bg:" in sheet.read_text() for palette in palettes(sheet)]
each_palette = pytest.mark.parametrize(
    "palette", [palette for _, palette in PALETTES], ids=[f"{name}-{palette['bg']}" for name, palette in PALETTES]
)


def luminance(color: str) -> float:
    """The relative luminance of a color, as WCAG defines it."""
    shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colors: 1 if they are equal, 21 for black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_low(palette: Palette, fronts: tuple[str, ...], backs: tuple[str, ...], least: float) -> dict[str, float]:
    """The pairs of a palette with less contrast than `least`."""
    pairs = {f"{front} on {back}": (palette[front], palette[back]) for front, back in itertools.product(fronts, backs)}
    found = {names: contrast(*colors) for names, colors in pairs.items()}
    return {names: round(value, 2) for names, value in found.items() if value < least}


def test_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert too_low({"a": "#777777", "b": "#ffffff"}, ("a",), ("b",), 4.5) == {"a on b": 4.48}


def test_there_is_a_light_and_a_dark_palette_and_no_third() -> None:
    """A report has the colors of the page, as far as it needs them; links on paper have the color of the text."""
    names = {*BACKGROUNDS, *TEXT, *MEANT, "line"} - {"link"}
    assert len({tuple(palette[name] for name in sorted(names)) for _, palette in PALETTES}) == 2


@each_palette
def test_text_can_be_read_on_every_background(palette: Palette) -> None:
    assert too_low(palette, TEXT, BACKGROUNDS, 4.5) == {}
    if "armed" in palette:
        assert too_low(palette, ("armed-text",), ("armed",), 4.5) == {}


@each_palette
def test_lines_that_mean_something_can_be_seen(palette: Palette) -> None:
    assert too_low(palette, MEANT, ("bg", "pane"), 3) == {}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_text_has_no_other_color_than_those_of_text(sheet: Path) -> None:
    """The other colors would be too faint on some background."""
    named = set(re.findall(r"(?<![a-z-])color:\s*var\(--([a-z-]+)\)", sheet.read_text()))
    assert named <= {*TEXT, "armed-text"}
