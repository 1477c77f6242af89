"""Writes the man pages of wdfilterd from its help texts.

    python3 Tools/manual.py PROGRAM FOLDER

One page describes PROGRAM, and one each of its subcommands, as `PROGRAM --experimental-dump-help` prints them. The date
of the pages is SOURCE_DATE_EPOCH, or today.
"""

import datetime
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "wdfilterd"
SPECIAL = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
FILES = (
    (
        "/etc/wdfilterd/wdfilterd.yaml",
        "The settings of the service that the package installs, with their documentation.",
    ),
)


def escaped(text: str) -> str:
    """Text that roff shows as it is."""
    shown = "".join(SPECIAL.get(letter, letter if letter.isascii() else f"\\[u{ord(letter):04X}]") for letter in text)
    return re.sub(r"^(?=[.'])", r"\\&", shown)


def names(argument: dict[str, Any]) -> list[str]:
    """The spellings of an option: -h, --help."""
    return [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", [])]


def value(argument: dict[str, Any]) -> str:
    """The value of an option or a positional argument, as an italic word; empty for a flag."""
    return "" if argument["kind"] == "flag" else rf"\fI{escaped(argument['valueName'])}\fR"


def tag(argument: dict[str, Any]) -> str:
    """The option with its value."""
    spelled = ", ".join(rf"\fB{escaped(name)}\fR" for name in names(argument))
    return " ".join(part for part in (spelled, value(argument)) if part)


def synopsis(argument: dict[str, Any]) -> str:
    """The argument as a part of the command line."""
    shown = tag({**argument, "names": argument.get("names", [])[-1:]})
    shown = f"[{shown}]" if argument["isOptional"] else shown
    return shown + (" ..." if argument["isRepeating"] else "")


def meaning(argument: dict[str, Any]) -> str:
    """What the help says about an argument."""
    text = argument.get("abstract", "")
    notes = []
    # An explanation that names all of them needs no list.
    if not all(word in text for word in argument.get("allValues", [])):
        notes.append(f"values: {', '.join(argument['allValues'])}")
    if "defaultValue" in argument:
        notes.append(f"default: {argument['defaultValue']}")
    return f"{text} ({'; '.join(notes)})" if notes else text


def options(arguments: list[dict[str, Any]]) -> Iterator[str]:
    """The list of arguments, by the sections of the help."""
    sections: dict[str, list[dict[str, Any]]] = {"": []}
    for argument in arguments:
        sections.setdefault(argument.get("sectionTitle", ""), []).append(argument)
    for title, section in sections.items():
        if title:
            yield f".SS {escaped(title)}"
        for argument in section:
            yield from (".TP", tag(argument), escaped(meaning(argument)))


def prose(text: str) -> Iterator[str]:
    """Paragraphs; indented lines are shown as they are."""
    start = True
    for line in text.split("\n"):
        if line.startswith("  "):
            yield from (".PP", ".RS 4", ".nf", escaped(line.strip()), ".fi", ".RE")
            start = True
        elif line:
            if start:
                yield ".PP"
            yield escaped(line)
            start = False
        else:
            start = True


def joined(lines: Iterator[str]) -> Iterator[str]:
    """Without the ends of literal blocks that the next one continues, and without a paragraph at the start."""
    text = "\n".join(lines).replace("\n.fi\n.RE\n.PP\n.RS 4\n.nf\n", "\n")
    yield from text.removeprefix(".PP\n").split("\n")


def page(command: dict[str, Any], parents: list[str], version: str, date: str) -> str:
    """The page of a command."""
    words = [*parents, command["commandName"]]
    title = "-".join(words)
    subcommands = [child for child in command.get("subcommands", []) if child["commandName"] != "help"]
    arguments = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    usage = [synopsis(argument) for argument in arguments] + ([r"\fIsubcommand\fR"] if subcommands else [])
    discussion, _, examples = command.get("discussion", "").partition("Examples:\n")
    lines = [
        '.\\" Made from the help texts by Tools/manual.py.',
        f'.TH {escaped(title.upper())} 1 {date} "{NAME} {escaped(version)}" "User Commands"',
        # Options and paths stay whole.
        ".nh",
        ".ad l",
        ".SH NAME",
        rf"{escaped(title)} \- {escaped(command['abstract'].removesuffix('.'))}",
        ".SH SYNOPSIS",
        " ".join([rf"\fB{escaped(' '.join(words))}\fR", *usage]),
        ".SH DESCRIPTION",
        *joined(prose(discussion or command["abstract"])),
        *([".SH OPTIONS", *options(arguments)] if arguments else []),
    ]
    if subcommands:
        lines.append(".SH SUBCOMMANDS")
        for child in subcommands:
            lines += [".TP", rf"\fB{escaped(title)}\-{escaped(child['commandName'])}\fR(1)", escaped(child["abstract"])]
        lines.append(".SH FILES")
        for path, text in FILES:
            lines += [".TP", rf"\fI{escaped(path)}\fR", escaped(text)]
    if examples:
        lines += [".SH EXAMPLES", *joined(prose(examples))]
    others = [f"{title}-{child['commandName']}" for child in subcommands] or ["-".join(parents)]
    lines += [".SH SEE ALSO", ",\n".join(rf".BR {escaped(other)} (1)" for other in others).replace("(1),", "(1) ,")]
    return "\n".join(lines) + "\n"


def main(program: str, folder: Path) -> None:
    """Write all pages."""
    dumped = subprocess.run((program, "--experimental-dump-help"), check=True, capture_output=True, text=True).stdout
    stated = subprocess.run((program, "version", "--json"), check=True, capture_output=True, text=True).stdout
    command, version = json.loads(dumped)["command"], json.loads(stated)["version"]
    now = datetime.datetime.now(datetime.UTC).timestamp()
    moment = datetime.datetime.fromtimestamp(float(os.environ.get("SOURCE_DATE_EPOCH", now)), datetime.UTC)
    date = f"{moment:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.1").write_text(page(command, [], version, date))
    for child in command["subcommands"]:
        if child["commandName"] != "help":
            (folder / f"{NAME}-{child['commandName']}.1").write_text(page(child, [NAME], version, date))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
