"""Clients that generators make from openapi.yaml, without any option: they import, and do what README shows."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contract.document import DOCUMENT, REPOSITORY, walk
from contract.service import Service, binary
from openapi_spec_validator import OpenAPIV31SpecValidator

SESSIONS = Path(__file__).parent / "sessions"
BIN = Path(sys.executable).parent
# Each generator with the package that it makes.
GENERATORS = {"openapi_python_client": "wdfilterd_client", "openapi_generator": "openapi_client"}
ENGINE = "http://127.0.0.1:9000/"
DURATION = re.compile(r"[a-z]\w*Microseconds$")


def run(*command: object, folder: Path, **environment: str) -> str:
    """The output of a command that must succeed."""
    # Both look for further tools on the PATH: java, ruff.
    found = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), **environment}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=found,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """The folders of the generated clients, with what their generators said."""
    folder = tmp_path_factory.mktemp("clients")
    document = REPOSITORY / "openapi.yaml"
    first, second = (folder / generator for generator in GENERATORS)
    said = [
        run(BIN / "openapi-python-client", "generate", "--path", document, "--output-path", first, folder=folder),
        run(BIN / "openapi-generator-cli", "generate", "-g", "python", "-i", document, "-o", second, folder=folder),
    ]
    return dict(zip(GENERATORS, zip((first, second), said, strict=True), strict=True))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with the default settings."""
    running = Service(tmp_path)
    yield running
    assert running.stop() == 0, running.errors()


def test_the_document_is_valid_openapi(tmp_path: Path) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT.root).iter_errors()] == []
    assert run(BIN / "openapi-spec-validator", REPOSITORY / "openapi.yaml", folder=tmp_path).endswith(": OK\n")


def test_openapi_python_client_warns_of_nothing(clients: dict[str, tuple[Path, str]]) -> None:
    folder, said = clients["openapi_python_client"]
    assert said == f"Generating {folder}\n"


def test_openapi_generator_finds_no_fault(clients: dict[str, tuple[Path, str]]) -> None:
    _, said = clients["openapi_generator"]
    assert [line for line in said.splitlines() if re.match(r"\[main\] ERROR|Exception", line)] == []


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_module_compiles_without_a_warning(
    clients: dict[str, tuple[Path, str]], generator: str, tmp_path: Path
) -> None:
    package = clients[generator][0] / GENERATORS[generator]
    assert run(sys.executable, "-W", "error", "-m", "compileall", "-q", package, folder=tmp_path) == ""
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({GENERATORS[generator]!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    assert run(sys.executable, "-c", code, folder=tmp_path, PYTHONPATH=str(package.parent)) == ""


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_operation_is_a_function(clients: dict[str, tuple[Path, str]], generator: str) -> None:
    folder = clients[generator][0] / GENERATORS[generator] / "api"
    made = "\n".join(str(path) + path.read_text() for path in folder.rglob("*.py"))
    for operation in DOCUMENT.operations:
        name = re.sub("(?<=.)([A-Z])", r"_\1", operation).lower()
        assert re.search(rf"/{name}\.py|def {name}\(", made), name


def session(engine: str) -> list[Any]:
    """What README's first session gets from the service, line by line, with `engine` as the engine's URL."""
    text = (REPOSITORY / "README.md").read_text()
    [block] = [block for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) if "/v1/hosts/lab\n" in block]
    lines = [line for line in block.splitlines() if line.startswith(("{", "["))]
    return [without_durations(json.loads(line.replace(ENGINE, engine))) for line in lines]


@pytest.fixture
def engine() -> Iterator[str]:
    """The URL of the engine that README starts."""
    command = [binary(), "engine", "--listen", "127.0.0.1:0"]
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    yield running.stdout.readline().split()[-1] + "/"
    running.terminate()
    running.communicate(timeout=20)


def without_durations(value: Any) -> Any:  # noqa: ANN401
    """`value` without the members that differ from run to run."""
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if not DURATION.match(name)}
    return value


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_first_session_of_readme_prints_what_readme_shows(
    clients: dict[str, tuple[Path, str]], service: Service, engine: str, generator: str, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{service.port}"
    script = SESSIONS / f"{generator}.py"
    printed = run(sys.executable, script, url, engine, folder=tmp_path, PYTHONPATH=str(clients[generator][0]))
    assert [without_durations(json.loads(line)) for line in printed.splitlines()] == session(engine)


def bodies() -> list[dict[str, Any]]:
    """Every example of a JSON body of a request or an answer whose schema has a name, with that name."""
    found = []
    for pointer, node in walk(DOCUMENT.root["paths"]):
        content = node.get("content")
        if "/callbacks/" in pointer or not isinstance(content, dict):
            continue
        media = content.get("application/json", {})
        for example in media.get("examples", {}).values():
            if "$ref" in media["schema"]:
                name = media["schema"]["$ref"].rpartition("/")[2]
                found.append({"schema": name, "value": DOCUMENT.resolve(example)["value"]})
    return found


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_example_survives_the_client(
    clients: dict[str, tuple[Path, str]], generator: str, tmp_path: Path
) -> None:
    """Read into the client's objects and written again, it is the same."""
    (tmp_path / "bodies.json").write_text(json.dumps(bodies()))
    script = SESSIONS / f"{generator}_examples.py"
    printed = run(sys.executable, script, "bodies.json", folder=tmp_path, PYTHONPATH=str(clients[generator][0]))
    assert printed.endswith(" examples\n"), printed
