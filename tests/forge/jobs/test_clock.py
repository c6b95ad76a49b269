"""A wall clock that jumps by years, back and forth, under a Forge that runs."""

from pathlib import Path
import shutil
import subprocess
from typing import Final

import pytest
import sqlalchemy as sa

from forge.jobs.ages import DAY_S
from forge.jobs.rows import TimeRow
from forge.jobs.states import State
from tests.forge.house import House, until

pytestmark = pytest.mark.e2e
_TEN_YEARS: Final = 315_576_000


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the programs that start now read a clock that is as wrong as a file says."""
    if (compiler := shutil.which("cc")) is None:
        pytest.skip("there is no C compiler for a clock that jumps")
    library, wrong = tmp_path / "clock.so", tmp_path / "wrong"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)  # noqa: S603 - a program and files of the test's own
    wrong.write_text("0")
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("WRONG_CLOCK", str(wrong))
    return wrong


def test_jobs_and_their_worker_live_through_a_clock_that_jumps(tmp_path: Path, wrong: Path) -> None:
    with House(tmp_path / "forge") as house:
        for seconds in (_TEN_YEARS, -_TEN_YEARS, 0):
            job = house.submit("test.resumable", trace=str(tmp_path / "trace"), seconds=0.3)
            until(lambda job=job: house.show(job).state is State.DOWNLOADING)
            wrong.write_text(str(seconds))
            ended = house.finished(job)
            assert (ended.state, ended.attempt) == (State.DONE, 1), house.log(job)
            assert ended.finished_at
            away = (ended.finished_at - job.created_at).total_seconds()
            assert abs(away - seconds) < 60 or seconds == 0
            status, told = house.ask("GET", f"/api/v1/jobs/{job.id}")
            assert (status, told["state"]) == (200, "done")
            # It is no day older, whatever the clock says.
            _, asked = house.ask("POST", "/api/v1/tidy", {"older_than_days": 1})
            tidied = house.finished(house.forge.jobs.show(asked["id"]))
            assert tidied.result == {"forgotten": 0}
        # What was asked for while the clock was ahead is not left for ten years.
        wrong.write_text(str(-_TEN_YEARS))
        late = house.submit("test.once", trace=str(tmp_path / "trace"))
        assert house.finished(late).state is State.DONE
        assert "its worker died" not in house.said()
        # Days that really passed do count, and nobody has to ask for what follows from them.
        main = house._processes[-1]
        main.terminate()
        assert main.wait(20) == 0
        with house.forge.store.write() as session:
            session.execute(sa.update(TimeRow).values(passed_s=TimeRow.passed_s + 91 * DAY_S))
        house.serve()
        until(lambda: house.ask("GET", f"/api/v1/jobs/{job.id}")[0] == 404)
        assert house.show(late).state is State.DONE
