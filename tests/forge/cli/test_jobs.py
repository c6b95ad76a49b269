"""Jobs from the command line: watched, followed over broken connections, left, ended."""

import json
from pathlib import Path
import signal
import subprocess
import sys

import pytest

from tests.forge.cli.conftest import Line
from tests.forge.house import ROOT, TOKEN, House, kill, until


def typed(house: House, *arguments: str) -> subprocess.Popen[str]:
    """Run a command in a process of its own, as a shell does."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "forge", *arguments],
        env={
            "PYTHONPATH": str(ROOT / "addon"),
            "FORGE_URL": house.url,
            "FORGE_TOKEN": TOKEN,
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def numbered(text: str) -> list[str]:
    """Return the lines that a job wrote itself."""
    return [line for line in text.splitlines() if line.startswith("line ")]


def test_a_job_is_listed_shown_and_its_log_read(house: House, forge_line: Line) -> None:
    job = house.finished(house.submit("test.lines", lines=40_000))
    assert forge_line("jobs", "list", "--kind", "test.lines", "--json").json[0]["id"] == job.id
    assert job.id in forge_line("jobs", "list", "--state", "done").out
    assert "no such jobs" in forge_line("jobs", "list", "--kind", "test.never").err
    assert "done" in forge_line("jobs", "show", job.id).out
    whole = forge_line("jobs", "log", job.id)
    assert numbered(whole.out) == [f"line {number}" for number in range(40_000)]
    assert forge_line("jobs", "log", job.id, "--follow").out == whole.out
    piece = forge_line("jobs", "log", job.id, "--offset", "7", "--json").json
    assert (piece["offset"], piece["finished"]) == (7, True)
    assert piece["text"].encode() == whole.out.encode()[7:]
    assert forge_line("jobs", "log", job.id, "--follow", "--json").code == 3


def test_waiting_ends_as_the_job_does(house: House, forge_line: Line) -> None:
    refused = forge_line("jobs", "wait", house.submit("test.refused").id, "--json")
    assert refused.code == 7
    assert refused.json["error"]["code"] == "precondition.builder_broken"
    assert refused.json["error"]["facts"]["builder"] == 7
    assert forge_line("jobs", "wait", house.submit("test.bug").id).code == 1
    job = house.submit("test.refused")
    assert forge_line("jobs", "log", job.id, "-f").code == 7
    stubborn = house.submit("test.stubborn")
    assert forge_line("jobs", "cancel", stubborn.id, "--json").json["id"] == stubborn.id
    assert forge_line("jobs", "wait", stubborn.id).code == 15
    assert forge_line("jobs", "cancel", stubborn.id).code == 6


def test_steps_are_lines_beside_the_data(house: House, forge_line: Line, tmp_path: Path) -> None:
    job = house.submit("test.resumable", trace=str(tmp_path / "trace"), seconds=0.2)
    told = forge_line("jobs", "wait", job.id, "--json")
    assert told.json["state"] == "done"
    assert told.err.splitlines()[-1] == "done"


def test_a_terminal_shows_a_bar(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = Line(monkeypatch, FORGE_URL=house.url, FORGE_TOKEN=TOKEN, FORCE_COLOR="1")
    job = house.submit("test.resumable", trace=str(tmp_path / "trace"), seconds=0.3)
    told = line("jobs", "wait", job.id, "--json")
    assert told.json["state"] == "done"
    assert "building: step 3" in told.err
    assert "%" in told.err


def test_ctrl_c_leaves_the_job_running_and_says_so(house: House, forge_line: Line) -> None:
    job = house.submit("test.lines", lines=100_000, pause_s=0.05, each=1)
    for arguments in (("jobs", "log", job.id, "-f"), ("jobs", "wait", job.id, "--json")):
        process = typed(house, *arguments)
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout if arguments[1] == "log" else process.stderr).readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert f"The job goes on. To watch it again: forge jobs log {job.id} --follow" in err
        assert "Traceback" not in err
        assert "--json" not in arguments or json.loads(out)["id"] == job.id
    events = typed(house, "events")
    assert events.stdout is not None
    assert json.loads(events.stdout.readline())["type"]
    events.send_signal(signal.SIGINT)
    assert events.communicate(timeout=20)[1] == ""
    assert events.returncode == 130
    assert not house.show(job).finished
    forge_line("jobs", "cancel", job.id)
    house.finished(job)


def test_a_log_is_followed_over_a_forge_that_dies(house: House) -> None:
    job = house.submit("test.lines", lines=300, pause_s=0.02, each=1)
    process = typed(house, "jobs", "log", job.id, "--follow")
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(20)]
    kill(min(house.children(house.serving)))  # the API's; it is started again at once
    assert process.stderr is not None
    rest, err = process.stdout.read(), process.stderr.read()
    process.wait(20)
    assert numbered("".join(seen) + rest) == [f"line {number}" for number in range(300)]
    assert (process.returncode, err) == (0, "")


def test_a_file_of_a_job(house: House, forge_line: Line, tmp_path: Path) -> None:
    job = house.finished(house.submit("test.keep", name="a.img.gz", size=800_000))
    assert forge_line("jobs", "files", job.id).out == "a.img.gz\n"
    kept = forge_line("jobs", "get", job.id, "a.img.gz", "--to", tmp_path, "--json").json
    assert kept["sha256"] == (job.result or {})["sha256"]
    assert (tmp_path / "a.img.gz").stat().st_size == 800_000
    there = forge_line("jobs", "get", job.id, "a.img.gz", "--to", tmp_path)
    assert (there.code, there.err[:13]) == (6, "conflict.file")
    wrong = forge_line(
        *("jobs", "get", job.id, "a.img.gz", "--to", tmp_path, "--force", "--sha256", "0" * 64)
    )
    assert wrong.code == 11
    assert forge_line("jobs", "get", job.id, "a.img.gz", "--to", tmp_path / "no" / "a").code == 3
    assert forge_line("jobs", "get", job.id, "b.img.gz", "--to", tmp_path).code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["a.img.gz"]


def test_whoever_reads_may_have_enough(house: House) -> None:
    job = house.finished(house.submit("test.lines", lines=20_000))
    process = typed(house, "jobs", "log", job.id)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    until(lambda: process.poll() is not None)
    assert process.stderr is not None
    assert process.stderr.read() == ""
