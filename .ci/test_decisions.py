"""Every decision record has a date and a status, links go both ways, and the index lists all of them."""

import re

import steps

FOLDER = steps.REPOSITORY / "docs/decisions"
RECORDS = {path.name: path.read_text().splitlines() for path in sorted(FOLDER.glob("[0-9]*.md"))}
LINK = r"\[\d+\]\(\d{4}-[a-z0-9_-]+\.md\)"
LINKS = rf"{LINK}(?:, {LINK})*(?: and {LINK})?"
STATUS = re.compile(
    rf"- Status: (?:accepted|superseded by (?P<superseded>{LINK}))"
    rf"(?:; supersedes (?P<supersedes>{LINKS}))?(?:; amends (?P<amends>{LINKS}))?(?:; amended by (?P<amended>{LINKS}))?"
)
BACKWARD = {"supersedes": "superseded", "superseded": "supersedes", "amends": "amended", "amended": "amends"}


def links(name: str) -> dict[str, list[str]]:
    """The records that the status of one names, by how."""
    match = STATUS.fullmatch(RECORDS[name][3])
    assert match, f"{name}: {RECORDS[name][3]}"
    found = {how: re.findall(r"\[(\d+)\]\((.+?)\)", text or "") for how, text in match.groupdict().items()}
    for number, file in (pair for pairs in found.values() for pair in pairs):
        assert int(number) == int(file[:4]), name
    return {how: [file for _, file in pairs] for how, pairs in found.items()}


def test_records_are_numbered_in_order_and_titled() -> None:
    for number, (name, lines) in enumerate(RECORDS.items(), 1):
        assert name.startswith(f"{number:04}-"), name
        assert re.match(rf"# {number}\. [A-Z0-9a-z]", lines[0]), name


def test_every_record_has_a_date_and_a_status_under_its_title() -> None:
    for name, lines in RECORDS.items():
        assert lines[1] == lines[4] == "", name
        assert re.fullmatch(r"- Date: \d{4}-\d{2}-\d{2}", lines[2]), name
        assert links(name) is not None


def test_a_change_to_an_older_record_is_linked_from_both() -> None:
    for name in RECORDS:
        for how, files in links(name).items():
            for other in files:
                assert (other < name) is (how in ("amends", "supersedes")), name
                assert name in links(other)[BACKWARD[how]], f"{other} does not name {name}"


def test_the_index_lists_every_record_by_its_title() -> None:
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert rows == [(*lines[0].removeprefix("# ").split(". ", 1), name) for name, lines in RECORDS.items()]
