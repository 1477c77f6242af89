"""Man pages are made from any help text without a mistake of roff."""

from typing import Any

import manual


def option(name: str, **more: object) -> dict[str, Any]:
    """An option as ArgumentParser describes it."""
    return {
        "kind": "option",
        "names": [{"kind": "long", "name": name}],
        "isOptional": True,
        "isRepeating": False,
        "shouldDisplay": True,
        "valueName": name,
        **more,
    }


def page(**command: object) -> list[str]:
    """The lines of the page of a subcommand."""
    made = {"commandName": "serve", "abstract": "Run the service.", "arguments": [], **command}
    return manual.page(made, ["wdfilterd"], "1.2.3", "2026-01-02").split("\n")


def test_letters_that_roff_knows_are_shown_as_they_are() -> None:
    assert manual.escaped(r"*\cmd.exe -x 'a' `b` ^ ~ é") == (r"*\ecmd.exe \-x \(aqa\(aq \(gab\(ga \(ha \(ti \[u00E9]")
    assert manual.escaped(".SH is text") == r"\&.SH is text"
    assert manual.escaped("'quoted'").startswith(r"\(aq")


def test_a_page_has_the_sections_of_the_help() -> None:
    fast = option("fast", abstract="How fast.", allValues=["slow", "fast"], defaultValue="slow")
    lines = page(
        discussion="First.\n\nSecond.\n\nExamples:\n  wdfilterd serve\n  wdfilterd serve --fast",
        arguments=[option("old", shouldDisplay=False), fast, option("ca-file", sectionTitle="TLS", abstract="A file.")],
    )
    assert '.TH WDFILTERD\\-SERVE 1 2026-01-02 "wdfilterd 1.2.3" "User Commands"' in lines
    assert [line for line in lines if line.startswith((".SH", ".SS"))] == [
        ".SH NAME",
        ".SH SYNOPSIS",
        ".SH DESCRIPTION",
        ".SH OPTIONS",
        ".SS TLS",
        ".SH EXAMPLES",
        ".SH SEE ALSO",
    ]
    start = lines.index(".SH DESCRIPTION")
    assert lines[start + 1 : start + 4] == ["First.", ".PP", "Second."]
    assert "How fast. (values: slow, fast; default: slow)" in lines
    assert r"[\fB\-\-fast\fR \fIfast\fR]" in lines[lines.index(".SH SYNOPSIS") + 1]
    examples = lines[lines.index(".SH EXAMPLES") + 1 :]
    assert examples[:6] == [".RS 4", ".nf", "wdfilterd serve", r"wdfilterd serve \-\-fast", ".fi", ".RE"]
    assert not any("old" in line for line in lines)


def test_values_that_the_explanation_names_are_not_repeated() -> None:
    assert manual.meaning(option("pace", abstract="slow or fast.", allValues=["slow", "fast"])) == "slow or fast."
