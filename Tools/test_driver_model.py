"""What counts as citing a rule, what is filled in, and what is a fault."""

from pathlib import Path

import driver_model
import pytest
from driver_model import PAGE, cited, citing, look

RULES = """# Driver model

See [THR-1](#thr-1).

<a id="thr"></a>
## Threads (THR)

### THR-1

A thread is created. See [THR-2](#thr-2).

- **Driver**: `MpCreateThreadNotifyRoutine`,
  `MpGetProcessContextById`
- **Status**: known, from part 2;
  the rest is decided

### THR-2

Nothing happens.

- **Driver**: none
- **Status**: inferred

<a id="tex"></a>
## More
"""
FILES = {
    PAGE: RULES,
    "Sources/A/Thread+Notify.swift": "/// Creates a thread (THR-1 to\n    /// THR-2).\nfunc notify() {}",
    "Sources/B.swift": 'let text = "a text for users: THR-1"',
    "Tests/ATests/ThreadTests.swift": "@Test func `THR-1: a thread is created`() {}",
    "Tests/Contract/test_threads.py": '"""THR-2."""',
}


def filled(files: dict[str, str]) -> dict[str, str]:
    return files | {PAGE: look(files)[0]}


def test_ranges_are_cited_whole() -> None:
    assert cited("(THR-1 to THR-3, PRC-9)") == {"THR-1", "THR-2", "THR-3", "PRC-9"}
    assert cited("ASY-3 to\n    /// ASY-5") == {"ASY-3", "ASY-4", "ASY-5"}
    assert cited("SYN-4 to\n    # SYN-5 to PRC-9") == {"SYN-4", "SYN-5", "PRC-9"}


def test_other_words_are_no_rules() -> None:
    assert cited("UTF-8 SHA-256 UIS-1 THR THR-x XTHR-1 THR-1a MP_DATA-1") == set()


def test_sources_cite_in_comments_and_in_tables() -> None:
    assert citing('let a = "see THR-1" // THR-2\n/// THR-3') == "// THR-2\n/// THR-3"
    assert citing('.bit(0x8, "a meaning", rules: ["THR-1", "THR-2"])') == '"THR-1"\n"THR-2"'


def test_files_are_filled_in_and_the_rest_is_left_alone() -> None:
    page, faults = look(FILES)
    assert faults == []
    implemented = "- **Implemented in**: [Thread+Notify.swift](../Sources/A/Thread+Notify.swift)\n"
    known = "known, from part 2;\n  the rest is decided\n"
    inferred = "inferred\n"
    of_first = f"{implemented}- **Tests**: [ThreadTests.swift](../Tests/ATests/ThreadTests.swift)\n"
    of_second = f"{implemented}- **Tests**: [test_threads.py](../Tests/Contract/test_threads.py)\n"
    assert page == RULES.replace(known, known + of_first).replace(inferred, inferred + of_second)
    assert look(FILES | {PAGE: page}) == (page, [])


def test_scenarios_are_listed_by_their_tags() -> None:
    page, faults = look(FILES | {"Scenarios/threads.scenario.yaml": "# Not THR-2.\ntags: [threads, THR-1]\n"})
    assert faults == []
    line = "- **Scenarios**: [threads.scenario.yaml](../Scenarios/threads.scenario.yaml)\n"
    first, second = page.split("### THR-2")
    assert line in first
    assert "Scenarios" not in second


def test_what_is_out_of_date_is_written_again() -> None:
    page, _ = look(FILES)
    moved = FILES | {PAGE: page, "Sources/C/Moved.swift": FILES["Sources/A/Thread+Notify.swift"]}
    del moved["Sources/A/Thread+Notify.swift"]
    again, _ = look(moved)
    assert again == page.replace(
        "[Thread+Notify.swift](../Sources/A/Thread+Notify.swift)", "[Moved.swift](../Sources/C/Moved.swift)"
    )


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("openapi.yaml", "description: THR-9.", "has no rule THR-9, which openapi.yaml cites"),
        ("Sources/C.swift", 'let meaning = "THR-9"', "has no rule THR-9, which Sources/C.swift cites"),
        ("Sources/A/Thread+Notify.swift", "/// THR-1", "no source cites THR-2"),
        ("Tests/Contract/test_threads.py", "", "no test cites THR-2"),
        (
            "docs/a.md",
            "x\n```\nTHR-1\n```\nTHR-1",
            "docs/a.md:5: THR-1 should be a link, [THR-1](driver-model.md#thr-1)",
        ),
        ("docs/b/a.md", "[THR-1](../driver-model.md#thr-2)", "should be a link, [THR-1](../driver-model.md#thr-1)"),
        (PAGE, f"{RULES}\nTHR-1", "THR-1 should be a link, [THR-1](#thr-1)"),
        (PAGE, RULES.replace("- **Status**: inferred", ""), "THR-2 needs one line `- **Status**: known`"),
        (PAGE, RULES.replace("inferred", "guessed"), "THR-2 needs one line `- **Status**: known`"),
        (PAGE, RULES.replace("- **Driver**: none", ""), "THR-2 has no line `- **Driver**: ...`"),
        (PAGE, RULES.replace("### THR-2", "### THR-1"), "THR-1 stands there twice"),
        (PAGE, RULES.replace("### THR-2", "### Other"), "`Other` is not a rule id"),
    ],
)
def test_a_fault_is_named(path: str, text: str, fault: str) -> None:
    assert any(fault in found for found in look(FILES | {path: text})[1])


@pytest.mark.parametrize("text", ["[THR-1](driver-model.md#thr-1)", "[`THR-1`](driver-model.md#thr-1) and UTF-8"])
def test_a_link_is_no_fault(text: str) -> None:
    assert look(FILES | {"docs/a.md": text})[1] == []


def test_a_check_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(driver_model, "REPOSITORY", tmp_path)
    monkeypatch.setattr("sys.argv", ["driver_model.py", "--check"])
    assert driver_model.main() == 1
    assert "is out of date: python3 Tools/driver_model.py writes it" in capsys.readouterr().err
    assert (tmp_path / PAGE).read_text() == RULES

    monkeypatch.setattr("sys.argv", ["driver_model.py"])
    assert driver_model.main() == 0
    assert (tmp_path / PAGE).read_text() == filled(FILES)[PAGE]
    monkeypatch.setattr("sys.argv", ["driver_model.py", "--check"])
    assert driver_model.main() == 0
