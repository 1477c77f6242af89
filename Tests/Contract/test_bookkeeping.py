"""Everything that the document declares was tested. Runs last, after all other tests."""

from pathlib import Path

import pytest

from contract.client import Ledger
from contract.document import DOCUMENT

NOT_PROVOKED = {
    "busy": "it takes many mebibytes of answers that nobody reads; test_limits has it for a few operations",
    "internal": "a fault that must not be",
    "stopping": "the moment between SIGTERM and the end of the last connection",
    "worker-stopped": "the worker ends with its host",
}


@pytest.fixture(scope="module", autouse=True)
def whole_run(request: pytest.FixtureRequest) -> None:
    """Skip if only some of the tests run, because most of the document is then untested."""
    if request.config.getoption("--ledgers") is not None:
        return  # `make contract` runs this only after all other tests have passed in their own processes
    there = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    collected = {item.path.name for item in request.session.items}
    if collected != there or request.config.getoption("keyword") or request.session.testsfailed:
        pytest.skip("not all tests ran, or some failed")


@pytest.fixture
def asked(ledger: Ledger, pytestconfig: pytest.Config) -> Ledger:
    """The requests of this process, or of all processes that wrote ledgers."""
    folder: Path | None = pytestconfig.getoption("--ledgers")
    return ledger if folder is None else Ledger.of(folder)


def test_every_operation_gave_every_success_it_declares(asked: Ledger) -> None:
    declared = {
        (operation.id, status, "")
        for operation in DOCUMENT.operations.values()
        for status in operation.statuses
        if status < 400
    }
    assert declared - asked.entries == set()


def test_every_operation_gave_every_problem_it_declares(asked: Ledger) -> None:
    declared = {
        (operation.id, status, problem)
        for operation in DOCUMENT.operations.values()
        for status in operation.statuses
        if status >= 400
        for problem in DOCUMENT.problem_names(operation, status)
        if problem not in NOT_PROVOKED
    }
    assert declared - asked.entries == set()


def test_every_operation_gave_every_media_type_it_declares(asked: Ledger) -> None:
    declared = {
        (operation.id, status, media)
        for operation in DOCUMENT.operations.values()
        for status in operation.statuses
        if status < 400
        for media in DOCUMENT.at(DOCUMENT.response_pointer(operation, status)).get("content", {})
    }
    assert declared - asked.media == set()
