"""The image is built in two runs, of which the second takes the layers of the first.

It can only if the sources are the same: nothing that other steps write meanwhile may be copied.
"""

import steps


def test_only_tests_in_swift_are_copied() -> None:
    ignored = (steps.REPOSITORY / ".dockerignore").read_text().splitlines()
    folders = [folder for folder in (steps.REPOSITORY / "Tests").iterdir() if folder.is_dir()]
    others = {f"Tests/{folder.name}" for folder in folders if not any(folder.rglob("*.swift"))}
    assert others <= set(ignored)
    assert {f"Tests/{folder.name}" for folder in folders} & set(ignored) == others
