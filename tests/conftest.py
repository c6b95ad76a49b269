"""What all tests share."""

import asyncio
from collections.abc import Callable
import inspect
import os
from pathlib import Path
import shutil
import tempfile
from typing import Final

from hypothesis import HealthCheck, settings
import pytest
import pytest_socket

# Before Home Assistant's test plug-in makes a `hass`: the plug-in ships a package
# `custom_components` of its own, and the first one imported stays.
import custom_components.atelier  # noqa: F401 - to be the first, see above

settings.register_profile(
    "default",
    max_examples=100,
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")

pytest.register_assert_rewrite("tests.factories")

#: Here Home Assistant runs in the test's own process, and speaks with nobody unless a test says so.
_TESTS: Final = Path(__file__).parent
_CLOSED: Final = _TESTS / "integration"


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where another thread gives the loop work, as in asyncio's debug mode.

    In place of Home Assistant's plug-in, which has the whole mode on: it keeps the stack of each
    future and callback, which takes as long as the tests themselves (`--asyncio-debug` does so).
    """
    loop = asyncio.get_running_loop()

    def watched[**P, R](give: Callable[P, R]) -> Callable[P, R]:
        def give_here(*args: P.args, **kwargs: P.kwargs) -> R:
            loop._check_thread()
            return give(*args, **kwargs)

        return give_here

    for name in ("call_soon", "call_at"):
        monkeypatch.setattr(loop, name, watched(getattr(loop, name)))


class OpenSockets:
    """Takes back what Home Assistant's test plug-in forbids before each test."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> None:
        """Let fixtures of every scope start and ask real servers, whoever borrows them."""
        self._open(request._pyfuncitem.path)  # `node` is the session, say, not the test
        self._open(Path(inspect.getfile(fixturedef.func)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> None:
        """Let tests do so, whatever their fixtures."""
        self._open(pyfuncitem.path)

    def _open(self, path: Path) -> None:
        if _TESTS in path.parents and _CLOSED not in path.parents:
            pytest_socket.enable_socket()


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in its own hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a house, where several run side by side (`--dist loadgroup`).

    What is given the longest time begins first, so that nothing long is left for the end.
    """
    patience: dict[str, int] = {}
    for item in items:
        group = _group(item)
        limit = item.get_closest_marker("timeout")
        patience[group] = max(patience.get(group, 0), limit.args[0] if limit else 0)
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: -patience[_group(item)])


def _group(item: pytest.Item) -> str:
    """Return what a test's house is called: each file about the Forge has one of its own."""
    alone = _TESTS / "forge" in item.path.parents
    return str((item.path if alone else item.path.parent).relative_to(_TESTS))


def pytest_configure(config: pytest.Config) -> None:
    """Add it as a plug-in: hooks of this file are not called for fixtures of a whole session.

    And have a folder of one's own for temporary files.
    """
    config.pluginmanager.register(OpenSockets())
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        # A run's own: pytest closes the usual folder to other users whenever any run begins, also
        # in the middle of a build, which is another user where we are root. And a short name, as
        # the paths of GnuPG's sockets may have 107 bytes (unix(7)).
        root = tempfile.mkdtemp(prefix="atelier-")
        config.option.basetemp = root
        config.add_cleanup(lambda: shutil.rmtree(root, ignore_errors=True))
