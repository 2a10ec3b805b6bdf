"""A fault server, a client with short limits, and an intake of fakes around it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.config import Network
from tests.faults.certificates import Authority, new_authority
from tests.faults.desk import LIMITS, Desk, opened
from tests.faults.server import FaultServer, serving


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with opened(Network(**LIMITS)) as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("authority"))
