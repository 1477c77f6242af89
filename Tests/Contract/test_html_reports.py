"""Reports as HTML pages: of `wdfilterd replay` and `wdfilterd test`, and of `POST /v1/replays`."""

import gzip
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.client import Client
from contract.recordings import NAMES, SHARED
from contract.replays import Report
from contract.reports import Page, read
from contract.service import Service, binary
from contract.story import RULE
from contract.strict import strict_json
from contract.sysmon import INJECTION, SHELL, TARGET, Process, Script, injection, ndjson

SECONDS = 60
HOSTILE = "C:\\<img src=x onerror=alert(1)></script>\"'&amp;\u202e.exe"
SHOWN = "C:\\<img src=x onerror=alert(1)></script>\"'&amp;\\u202e.exe"
SLOW = ("--rules", RULE, "--pace", "recorded", "--engine-latency", "1500ms")

Result = subprocess.CompletedProcess[bytes]


def run(command: str, *arguments: str | Path, folder: Path | None = None, stdin: bytes = b"") -> Result:
    """Run a command to its end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WDFILTERD_", "GITHUB_"))}
    return subprocess.run(
        [binary().absolute(), command, *arguments],
        input=stdin,
        capture_output=True,
        timeout=SECONDS,
        cwd=folder,
        env=environment,
        check=False,
    )


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """A service that has not been used yet."""
    folder = tmp_path / "service"
    folder.mkdir()
    service = Service(folder)
    yield service
    assert service.stop() == 0


def figures(report: Report) -> list[str]:
    """The four figures of a report, as its page has them (REP-3)."""
    made = sum(sum(of[end] for end in ("sent", "failed", "notSent", "dropped")) for of in report["deliveries"])
    lost = made - sum(of["sent"] for of in report["deliveries"])
    return [
        f"{report['applied']:,} of {report['lines']:,}",
        f"{made:,}",
        f"{lost:,}",
        f"{report['coverage']['percent']} %",
    ]


def tiles(page: Page) -> list[str]:
    """The figures of a page."""
    return page.texts["dd"][:4]


class TestReplay:
    """`wdfilterd replay --html`."""

    def test_the_page_says_what_the_json_says(self, tmp_path: Path, story: Path) -> None:
        """REP-1, REP-3: beside the JSON, from the same replay."""
        path = tmp_path / "out" / "report.html"
        result = run("replay", story, *SLOW, "--html", path, "--json", "--quiet")
        assert (result.returncode, result.stderr) == (0, b"")
        report = strict_json(result.stdout)
        page = read(path.read_bytes())
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        assert page.texts["h1"] == ["injection.json"]
        assert tiles(page) == figures(report)
        assert f"wdfilterd replay injection.json --pace recorded --rules {RULE} --engine-latency 1500ms" in page.text
        assert "Your engine at 1.5 s: 3 lost (NewThreadDifferentProcess of Courier.exe" in page.text
        [loss] = report["losses"]
        assert f"sync NewThreadDifferentProcess{loss['reason']}{loss['processId']} Courier.exe3" in page.text
        for gap in report["coverage"]["gaps"]:
            assert gap in page.texts["li"]
        for routine in report["coverage"]["routines"]:
            assert routine["routine"] in page.text

    def test_the_text_is_printed_beside_it(self, tmp_path: Path, story: Path) -> None:
        """REP-1."""
        path = tmp_path / "report.html"
        with_page, without = (run("replay", story, *SLOW, "--quiet", *more) for more in (("--html", path), ()))
        duration = re.compile(rb"in [0-9.e-]+ s")
        assert duration.sub(b"", with_page.stdout) == duration.sub(b"", without.stdout)
        read(path.read_bytes())

    def test_standard_output_has_the_page_alone(self, tmp_path: Path, story: Path) -> None:
        """REP-1: `-` is standard output, without the text."""
        path = tmp_path / "report.html"
        run("replay", story, *SLOW, "--html", path, "--quiet")
        result = run("replay", story, *SLOW, "--html", "-", "--quiet")
        assert (result.returncode, result.stdout, result.stderr) == (0, path.read_bytes(), b"")

    @pytest.mark.parametrize("options", [SLOW, ("--rules", RULE), ("--sweep", "latency=1ms,2s", "--rules", RULE)])
    def test_two_runs_give_the_same_bytes(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """REP-5: in another folder, too."""
        data = ndjson(injection().events)
        pages = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "r.json").write_bytes(data)
            (folder / "w.yaml").write_text("driver: {maxAsyncNotificationCount: 100}\n")
            arguments = (
                folder / "r.json",
                *options,
                "--config",
                folder / "w.yaml",
                "--html",
                folder / "r.html",
                "--quiet",
            )
            assert run("replay", *arguments).returncode == 0
            pages.append((folder / "r.html").read_bytes())
        assert pages[0] == pages[1]
        assert str(tmp_path).encode() not in pages[0]

    @pytest.mark.parametrize(
        ("options", "code", "result"),
        [
            (("--fail-on-loss",), 1, "--fail-on-loss3at most 0✗ not passed"),
            (("--fail-on-loss=3",), 0, "--fail-on-loss3at most 3✓ passed"),
            (("--max-delay", "1ms"), 1, "--max-delay"),
            (("--fail-under", "90"), 1, "at least 90 % wanted"),
        ],
    )
    def test_gates_are_in_the_page_and_exit_codes_stay(
        self, tmp_path: Path, story: Path, options: tuple[str, ...], code: int, result: str
    ) -> None:
        path = tmp_path / "report.html"
        assert run("replay", story, *SLOW, *options, "--html", path, "--quiet").returncode == code
        assert result in read(path.read_bytes()).text

    def test_a_comparison_is_in_the_page(self, tmp_path: Path, story: Path) -> None:
        old, path = tmp_path / "old.json", tmp_path / "report.html"
        old.write_bytes(run("replay", story, "--rules", RULE, "--json", "--quiet").stdout)
        run("replay", story, *SLOW, "--compare", old, "--html", path, "--quiet")
        page = read(path.read_bytes())
        assert "Compared with old.json" in page.texts["h2"]
        assert "Lost now, not before: 3" in page.texts["caption"]

    def test_hostile_names_stay_texts(self, tmp_path: Path) -> None:
        """UIS-4: markup, quotes, and characters that turn the text around."""
        script = Script(machine="<b>&\u202e'\"")
        evil = Process(4444, HOSTILE)
        script.create(evil, SHELL)
        script.load(evil, HOSTILE)
        script.thread(evil, TARGET)
        script.exit(evil)
        path, name = tmp_path / "report.html", "<script>'\u202e&.json"
        (tmp_path / name).write_bytes(ndjson(script.events) + b'{"\\u202e<script>":\n')
        options = ("--rules", RULE, "--engine-reply", "disconnect", "--html", path, "--quiet")
        run("replay", tmp_path / name, *options)
        page = read(path.read_bytes())
        assert page.texts["h1"] == ["<script>'\\u202e&.json"]
        assert page.text.count(SHOWN) >= 4
        assert page.text.count("<b>&\\u202e'\"") > 1
        assert len(page.embedded["script"]) == 1

    def test_a_sweep_shows_the_edge(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "sweep.html"
        options = (story, "--rules", RULE, "--sweep", "latency=100ms..4s:5", "--quiet")
        text = run("replay", *options, "--html", path).stdout.decode()
        page = read(path.read_bytes())
        report = strict_json(run("replay", *options, "--json").stdout)
        [knee] = report["sweep"]["knees"]
        assert text.splitlines()[0] in page.texts["p"]
        assert f"the edge: {knee['value'] // 1000} ms" in page.texts["text"]
        assert len(page.texts["tr"]) == 1 + len(report["sweep"]["points"]) + (len(report["hosts"]) + 1)

    def test_where_nothing_is_lost_there_is_no_edge_but_a_hint_that_rules_are_missing(
        self, tmp_path: Path, story: Path
    ) -> None:
        hint = "no process has rules, so only processes and images are reported; --rules and --policy set them"
        for options in ((), ("--sweep", "latency=1ms,2s")):
            path = tmp_path / "report.html"
            text = run("replay", story, *options, "--html", path, "--quiet").stdout.decode()
            page = read(path.read_bytes())
            assert hint in text
            assert f"Warning: {hint}" in page.texts["p"]
            assert not any(shown.startswith("the edge") for kind in page.texts.values() for shown in kind)

    def test_a_command_of_any_length_is_cut(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "report.html"
        policies = [f"--policy={'x' * 200}{number}.exe={RULE}" for number in range(120)]
        assert run("replay", story, *policies, "--html", path, "--quiet").returncode == 0
        page = read(path.read_bytes())
        assert "and 21 more options" in page.text
        assert path.stat().st_size < 500_000

    def test_a_grid_is_tables(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "grid.html"
        sweep = ("--sweep", "latency=1ms,2s", "--sweep", "queue=1,64")
        assert run("replay", story, *sweep, "--html", path, "--quiet").returncode == 0
        page = read(path.read_bytes())
        assert "Lost messages, by latency (columns) and queue (rows)" in page.texts["caption"]

    def test_what_was_not_applied_is_listed(self, tmp_path: Path, story: Path) -> None:
        path = tmp_path / "report.html"
        story.write_bytes(story.read_bytes() + b"{\n" * 150)
        run("replay", story, "--html", path, "--quiet")
        page = read(path.read_bytes())
        assert "Rejected lines" in page.texts["h3"]
        assert "and 50 more" in page.texts["p"]

    def test_an_earlier_file_stays_if_nothing_is_applied(self, tmp_path: Path) -> None:
        path, source = tmp_path / "report.html", tmp_path / "empty.json"
        path.write_text("earlier")
        source.write_text('{"EventID":1,"Channel":"Security"}\n')
        assert run("replay", source, "--html", path, "--quiet").returncode == 2
        assert path.read_text() == "earlier"
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["empty.json", "report.html"]
        assert run("replay", source, "--html", path, "--quiet", "--allow-empty").returncode == 0
        read(path.read_bytes())

    def test_of_a_damaged_file_the_page_has_what_could_be_read(self, tmp_path: Path, story: Path) -> None:
        path, cut = tmp_path / "report.html", tmp_path / "cut.json.gz"
        lines = story.read_bytes() * 200
        cut.write_bytes(gzip.compress(lines, compresslevel=0)[:-20_000])
        assert run("replay", cut, "--html", path, "--quiet").returncode == 2
        assert "the rest of the recording could not be read" in read(path.read_bytes()).text

    def test_a_page_that_cannot_be_written_is_exit_code_3(self, tmp_path: Path, story: Path) -> None:
        for path in (tmp_path, Path("/dev/full")):
            result = run("replay", story, "--html", path, "--quiet")
            assert (result.returncode, result.stdout) == (3, b"")
            assert result.stderr.startswith(f"cannot write {path}".encode())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--html", "-", "--json"], b"--html - and --json both want standard output"),
            (["--html", ""], b"--html needs the name of a file"),
            (["--html", "a", "--messages", "a"], b"--html and --messages name the same file"),
        ],
    )
    def test_options_that_contradict_each_other(self, story: Path, options: list[str], message: bytes) -> None:
        result = run("replay", story, *options)
        assert (result.returncode, result.stdout) == (2, b"")
        assert message in result.stderr

    def test_a_recording_is_not_replaced(self, story: Path) -> None:
        before = story.read_bytes()
        result = run("replay", story, "--html", story)
        assert result.returncode == 2
        assert b"is read by this replay" in result.stderr
        assert story.read_bytes() == before

    def test_a_replay_on_a_service_has_one_too(self, tmp_path: Path, story: Path, fresh: Service) -> None:
        path = tmp_path / "report.html"
        url = f"http://127.0.0.1:{fresh.port}"
        result = run("replay", story, "--rules", RULE, "--server", url, "--html", path, "--json", "--quiet")
        assert result.returncode == 0
        page = read(path.read_bytes())
        assert tiles(page) == figures(strict_json(result.stdout))
        assert page.texts["h1"] == ["injection.json"]
        assert "The engine of the hosts: none lost." in page.texts["p"]
        assert f"wdfilterd replay injection.json --rules {RULE} --server {url}" in page.text


@pytest.mark.skipif(
    not (SHARED / "datasets").is_dir(),
    reason=f"no recordings: {SHARED / 'datasets'} is not there, set WDFILTERD_SHARED to the folder that holds them",
)
@pytest.mark.parametrize("name", NAMES)
def test_recorded_attacks(tmp_path: Path, name: str) -> None:
    """REP-3 and REP-4, with an engine that is too slow."""
    path = tmp_path / "report.html"
    options = (
        "--rules",
        f"{RULE},NotifyImageLoadRule",
        "--pace",
        "recorded",
        "--engine-latency",
        "90ms",
        "--queue-limit",
        "24",
    )
    result = run("replay", SHARED / "datasets" / f"{name}.zip", *options, "--html", path, "--json", "--quiet")
    report = strict_json(result.stdout)
    page = read(path.read_bytes())
    assert tiles(page) == figures(report)
    assert len(path.read_bytes()) < 200_000
    # A row for each loss, process, machine and type of message, and one for each column of the timeline.
    lanes = [lane["items"] for lane in report["timeline"]["lanes"]]
    columns = sum(1 for lane in lanes for item in lane if item["events"] + item["enqueued"] + item["sync"]["sent"])
    least = columns + sum(len(report[part]) for part in ("losses", "processes", "hosts", "deliveries"))
    assert len(page.texts["tr"]) >= least


class TestService:
    """`POST /v1/replays` with `Accept`."""

    @pytest.mark.parametrize(
        ("accept", "is_page"),
        [
            ("text/html", True),
            ("text/html,application/json;q=0.9", True),
            ("application/json", False),
            ("*/*", False),
            (None, False),
            ("text/*;q=0.5, application/json;q=0.4", True),
        ],
    )
    def test_a_page_for_those_who_prefer_one(self, client: Client, accept: str | None, is_page: bool) -> None:
        script = injection()
        headers = {"Accept": accept} if accept else {}
        answer = client.call(
            "postReplay", data=ndjson(script.events), query={"fresh": True}, headers=headers, expect=200
        )
        assert answer.media == ("text/html" if is_page else "application/json")
        if is_page:
            page = read(answer.body)
            assert page.texts["h1"] == [f"Replay of {script.machine.lower()}"]
            assert tiles(page)[0] == f"{INJECTION['applied']} of {INJECTION['lines']}"
            assert "ask for application/json" not in page.text
        else:
            assert answer.json["applied"] == INJECTION["applied"]

    def test_anything_else_is_refused(self, client: Client) -> None:
        client.call("postReplay", data=b"{}\n", headers={"Accept": "image/png"}, expect=406)

    def test_hostile_names_stay_texts(self, client: Client) -> None:
        """UIS-4."""
        script = Script()
        script.create(Process(4444, HOSTILE), SHELL)
        answer = client.call("postReplay", data=ndjson(script.events), headers={"Accept": "text/html"}, expect=200)
        page = read(answer.body)
        assert page.text.count(SHOWN) > 0


SCENARIOS = """\
scenario: 1
name: 'passes <b>&\\u202e'
steps:
  - createProcess: {imageFileName: 'C:\\app.exe'}
    expect:
      - messages: {operation: CreateProcess}
---
scenario: 1
name: "fails </script>\\u202e'"
steps:
  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
  - createProcess: {as: victim, imageFileName: 'C:\\victim.exe'}
  - createThread: {target: victim, creator: app}
    expect:
      - messages: {operation: NewThreadDifferentProcess}
        because: it is <i>the</i> point
---
scenario: 1
name: skipped
skip: not now
steps:
  - createProcess: {imageFileName: 'C:\\app.exe'}
"""


class TestScenarios:
    """`wdfilterd test --html` (REP-6)."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A folder with scenarios."""
        (tmp_path / "mixed.scenario.yaml").write_text(SCENARIOS)
        (tmp_path / "wrong.scenario.yaml").write_text("scenario: 1\nname: wrong\nsteps: [{createProces: {}}]\n")
        return tmp_path

    def test_what_did_not_pass_comes_first_with_its_explanation(self, folder: Path) -> None:
        result = run("test", "mixed.scenario.yaml", "--html", "out/r.html", "--json", "r.json", folder=folder)
        assert result.returncode == 1
        assert b"FAIL  fails" in result.stdout
        page = read((folder / "out/r.html").read_bytes())
        assert page.texts["h1"] == ["1 failed in 3 cases"]
        assert page.texts["dd"][:4] == ["1", "1", "0", "1"]
        assert page.texts["h2"] == ["Failed: 1", "Skipped: 1", "Passed: 1"]
        report = strict_json((folder / "r.json").read_bytes())
        [failure] = next(case for case in report["cases"] if case["verdict"] == "fail")["failures"]
        [decision] = [reason for reason in failure["why"] if reason["kind"] == "decision"]
        for check in decision["checks"]:
            assert check["check"] in page.text
        assert "it is <i>the</i> point" in page.texts["dd"]
        assert "mixed.scenario.yaml:15" in page.text
        assert "run again so: the expectation holds" in page.text

    def test_the_command_of_a_failure_runs_it_again(self, folder: Path) -> None:
        run("test", "mixed.scenario.yaml", "--html", "r.html", folder=folder)
        page = read((folder / "r.html").read_bytes())
        [command] = [text for text in page.texts["p"] if text.startswith("wdfilterd test ")]
        # What is shown is the name without what cannot be seen.
        assert command.startswith("wdfilterd test mixed.scenario.yaml --explain 'fails </script>")

    def test_wrong_files_are_listed(self, folder: Path) -> None:
        assert run("test", ".", "--html", "r.html", folder=folder).returncode == 2
        page = read((folder / "r.html").read_bytes())
        assert "Wrong files: 1" in page.texts["h2"]
        assert "createProces" in page.text

    def test_two_runs_give_the_same_bytes_wherever_the_folder_is(
        self, folder: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """REP-5: real durations are there only with --timings."""
        other = tmp_path_factory.mktemp("other")
        for path in folder.iterdir():
            (other / path.name).write_bytes(path.read_bytes())
        pages = []
        for place in (folder, other):
            assert run("test", place.absolute(), "--html", place / "r.html", "--coverage").returncode == 2
            pages.append((place / "r.html").read_bytes())
        assert pages[0] == pages[1]
        assert str(folder).encode() not in pages[0]
        run("test", folder, "--html", folder / "t.html", "--timings")
        assert " s · wdfilterd" in read((folder / "t.html").read_bytes()).text

    def test_standard_output_has_the_page_alone(self, folder: Path) -> None:
        result = run("test", "mixed.scenario.yaml", "--html", "-", "--quiet", "--annotate", "github", folder=folder)
        assert result.returncode == 1
        read(result.stdout)
        assert b"::error file=" in result.stderr

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--html", "-", "--tap"), b"--tap and --html - both want standard output"),
            (("--html", "-", "--json", "-"), b"--json - and --html - both want standard output"),
            (("--html", "a", "--junit", "a"), b"--junit and --html name the same file"),
            (("--html", "a", "--list"), b"--list runs no case, so there is nothing to report"),
            (("--html", "mixed.scenario.yaml"), b"mixed.scenario.yaml is a scenario file of this run"),
        ],
    )
    def test_options_that_contradict_each_other(self, folder: Path, options: tuple[str, ...], message: bytes) -> None:
        result = run("test", "mixed.scenario.yaml", *options, folder=folder)
        assert (result.returncode, result.stdout) == (2, b"")
        assert message in result.stderr
