"""Which Forge is asked, and how its answers and errors come out."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

from forge.cli.codes import exit_code
from forge.cli.output import clean, size
from rig.ports import free_port
from tests.forge.cli.conftest import ROUTER, Line
from tests.forge.house import ROOT, TOKEN, House


def test_the_forge_on_this_host_needs_no_address(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    here = {"FORGE_DATA_DIR": str(tmp_path), "FORGE_API_PORT": str(house.port)}
    assert Line(monkeypatch, **here)("jobs", "list", "--json").code == 0
    set_as_a_setting = Line(monkeypatch, FORGE_API_PORT=str(house.port), FORGE_TOKEN=TOKEN)
    assert set_as_a_setting("jobs", "list").code == 0


def test_who_has_no_token_is_told_how_to_get_one(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = Line(monkeypatch, FORGE_DATA_DIR=str(tmp_path))("jobs", "list")
    assert (never.code, never.out) == (4, "")
    assert "No Forge has run here" in never.err
    assert list(tmp_path.iterdir()) == []  # a client makes none
    (tmp_path / "token").write_bytes(b"\xff")
    assert Line(monkeypatch, FORGE_DATA_DIR=str(tmp_path))("jobs", "list").code == 3
    line = Line(monkeypatch, FORGE_URL=house.url)
    assert line("jobs", "list").code == 4
    wrong = line("jobs", "list", "--token", "not-the-right-one", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (4, "unauthorized.token")
    assert line("jobs", "list", "--token", "ü").code == 3


def test_an_address_where_no_forge_is(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, FORGE_TOKEN=TOKEN)
    away = line("config", "--url", f"http://127.0.0.1:{free_port()}", "--json")
    assert (away.code, away.json["error"]["code"]) == (9, "unavailable.forge")
    assert line("config", "--url", "forge:8470").code == 3


def test_a_server_that_is_no_forge(
    house: House, monkeypatch: pytest.MonkeyPatch, mirror_server: object
) -> None:
    line = Line(monkeypatch, FORGE_URL=mirror_server.url, FORGE_TOKEN=TOKEN)  # type: ignore[attr-defined]  # a Mirror
    told = line("config", "--json")
    assert (told.code, told.json["error"]["code"]) == (10, "upstream.forge")


def test_json_is_valid_in_every_terminal_and_for_every_mistake(forge_line: Line) -> None:
    for wrong in (
        ("bogus",),
        ("jobs", "show"),
        ("jobs", "list", "--limit", "many"),
        ("jobs", "list", "--limit", "0"),
        ("profiles", "show", "nobody"),
        ("profiles", "show", "../../config"),
    ):
        told = forge_line(*wrong, "--json")
        assert told.code in (2, 3, 5)
        assert told.json["error"]["code"].startswith(("validation.", "not_found."))
        plain = forge_line(*wrong)
        assert (plain.code, plain.out) == (told.code, "")


def test_json_is_not_wrapped_at_the_width_of_a_terminal(house: House, forge_line: Line) -> None:
    """X21: the reference breaks strings at 80 columns."""
    note = "a long line of notes " * 40
    body = {
        "profile_id": "wide",
        "name": "n",
        "device_id": "d",
        "openwrt_release": "23.05.5",
        "target": "ath79",
        "subtarget": "generic",
        "imagebuilder_profile": "generic_plain",
        "notes": f"{note} Küche \u202e",
    }
    made = forge_line("call", "create_profile", "--body", json.dumps(body), "--json")
    assert made.code == 0
    done = subprocess.run(
        [sys.executable, "-m", "forge", "profiles", "list", "--json"],
        env={
            "PYTHONPATH": str(ROOT / "addon"),
            "FORGE_URL": house.url,
            "FORGE_TOKEN": TOKEN,
            "COLUMNS": "20",
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONIOENCODING": "ascii",
        },
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)[0]["profile"]["notes"] == body["notes"]
    assert done.stderr == b""
    shown = forge_line("profiles", "show", "wide").out
    assert "\u202e" not in shown  # nothing turns a person's terminal around
    forge_line("profiles", "delete", "wide")


def test_help_names_every_room(forge_line: Line) -> None:
    told = forge_line("--help")
    assert told.code == 0
    for room in ("profiles", "releases", "builders", "builds", "artifacts", "cards", "jobs", "mcp"):
        assert room in told.out
        assert room == "mcp" or forge_line(room, "--help").code == 0
    assert forge_line().code == 2


def test_every_family_of_errors_has_its_exit_code() -> None:
    assert exit_code("build.packages_missing") == 13
    assert exit_code("internal") == 1
    assert exit_code("something.new") == 1


def test_what_a_terminal_takes_for_commands_is_not_written() -> None:
    assert clean("a\x1b[2Jb\rc\n") == "a\ufffd[2Jb\ufffdc\n"
    assert [size(count) for count in (None, 12, 2048, 5 << 40)] == [
        "",
        "12 B",
        "2.0 KiB",
        "5.0 TiB",
    ]


def test_anything_that_the_api_can_do_has_a_name(forge_line: Line, tmp_path: Path) -> None:
    names = {one["name"] for one in forge_line("operations", "--json").json}
    assert {"list_jobs", "tidy", "start_build", "write_card", "health"} <= names
    assert "list_jobs" in forge_line("operations").out
    assert '"jobs"' in forge_line("call", "list_jobs", "limit=1", "state=done", "state=failed").out
    body = tmp_path / "body.json"
    body.write_text("{}")
    assert forge_line("call", "tidy", "--body", f"@{body}", "--key", "once", "--json").code == 0
    assert forge_line("call", "tidy", "--body", "-", given="{}").code == 0
    assert forge_line("call", "show_metrics").out.startswith("# HELP")
    (tmp_path / "gone.yaml").write_text(ROUTER.format(id="gone"))
    assert forge_line("profiles", "import", tmp_path / "gone.yaml").code == 0
    deleted = forge_line("call", "delete_profile", "profile_id=gone")
    assert (deleted.code, deleted.out, deleted.err) == (0, "", "Done.\n")
    assert forge_line("call", "nothing").code == 5
    for wrong in (
        ("show_job",),
        ("show_job", "job=1"),
        ("follow_events",),
        ("upload_file",),
        ("tidy", "--body", "{"),
    ):
        assert forge_line("call", *wrong).code == 3


def test_the_forge_itself(forge_line: Line) -> None:
    assert forge_line("config", "--json").json["settings"]["token"] == "**********"
    assert "build_jobs" in forge_line("config").out
    assert "forge_" in forge_line("metrics").out
    assert forge_line("tidy", "--days", "3000", "--json").json["state"] == "done"
    events = forge_line("events", "--count", "1", "--after", "0")
    assert json.loads(events.out)["id"] >= 1


def test_lists_of_many_pages_are_whole(
    house: House, forge_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.client.pages._PAGE", 2)
    body = {
        "name": "n",
        "device_id": "paged",
        "openwrt_release": "23.05.5",
        "target": "ath79",
        "subtarget": "generic",
        "imagebuilder_profile": "generic_plain",
    }
    ids = [f"page-{number}" for number in range(5)]
    for profile_id in ids:
        assert house.ask("POST", "/api/v1/profiles", {"profile_id": profile_id, **body})[0] == 201
    listed = forge_line("profiles", "list", "--device", "paged", "--json").json
    assert [one["profile"]["profile_id"] for one in listed] == ids
    assert forge_line("profiles", "delete", *ids).code == 0
