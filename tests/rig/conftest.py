"""Tests of the rig use real processes and sockets, on the loopback address only."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def sockets() -> None:
    """Allow sockets, which Home Assistant's test plug-in forbids."""
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: here clients of real servers have threads."""
