"""The served description, asked by schemathesis whether it is true."""

from collections.abc import Iterator
import os
from pathlib import Path
import subprocess
import sys
from typing import Final

import pytest

from rig.openwrt.mirror import Mirror
from tests.forge.house import TOKEN, House

pytestmark = pytest.mark.e2e

#: What is well asked may still be refused: as things stand (412), or because it is not there.
_CONFIGURATION: Final = """\
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412", "429"]

# Its protocol says 400 for releases and boards that there are not, 422 for feeds that may not be.
[[operations]]
include-name = "POST /api/v1/build"
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "412", "422", "429"]

# What a key or an archive holds is more than a schema can say.
[[operations]]
include-path-regex = "^/api/v1/(keys|key-check|profiles/[^/]+/overlay.*|jobs/[^/]+/builder-keys)$"
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "404", "409", "412", "422", "429"]

# What these tell is elsewhere now.
[[operations]]
include-path-regex = "^/api/v1/(latest|overview)$"
[operations.checks]
positive_data_acceptance.expected-statuses = ["301", "401", "429"]
"""


@pytest.fixture
def house(tmp_path: Path, mirror: Mirror) -> Iterator[House]:
    """Run a Forge that knows one mirror, here."""
    near = {"openwrt_mirrors": mirror.url, "openwrt_rounds": 1}
    with House(tmp_path / "forge", queue_limit=100_000, **near) as house:
        yield house


@pytest.mark.timeout(600)
def test_the_description_is_true(house: House, tmp_path: Path) -> None:
    for _ in range(3):
        house.finished(house.submit("test.keep", name="image.bin", size=8))
    (tmp_path / "schemathesis.toml").write_text(_CONFIGURATION)
    fuzzed = subprocess.run(  # noqa: S603 - the tool of the environment that runs this test
        [
            *(Path(sys.executable).with_name("st"), "run"),
            f"{house.url}/api/v1/openapi.json",
            *("--header", f"Authorization: Bearer {TOKEN}"),
            # Streams do not end by themselves; tests/forge/api/test_streams.py reads them.
            *("--exclude-path-regex", "/stream$|/events$"),
            # Sends wrong tokens, which the door answers with 429 as it should (test_doors.py).
            *("--exclude-checks", "ignored_auth"),
            *("--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", "20", "--generation-deterministic", "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        check=False,
        timeout=540,
    )
    assert fuzzed.returncode == 0, fuzzed.stdout.decode()[-8000:] + fuzzed.stderr.decode()[-2000:]
    assert house.is_up()
    assert "Traceback" not in house.said()
