"""Fleets for the tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fleet.fleet import Fleet

StartFleet = Callable[..., Fleet]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartFleet]:
    """Starts fleets with settings, and ends them after the test."""
    with ExitStack() as running:

        def starting(*changes: tuple[str, str], **settings: str) -> Fleet:
            return running.enter_context(Fleet(tmp_path, *changes, **settings))

        yield starting


@pytest.fixture
def fleet(start: StartFleet) -> Fleet:
    """A fleet with the configuration as it is shipped."""
    return start()
