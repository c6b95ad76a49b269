"""Tests of the rig use real processes and sockets, on the loopback address only."""

import pytest


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: here clients of real servers have threads."""
