"""The command line covers the whole API: every operation of the description has its command.

Each command is really typed, and the Forge's own count of requests says which operation it was.
"""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any, Final

import pytest

from tests.forge.cli.conftest import ROUTER, Line
from tests.forge.house import House

ID: Final = "0" * 32
PLACE: Final = ("24.10.4", "mediatek", "filogic")
KEY: Final = "key.pub"
PROFILE: Final = "whole-api.yaml"

#: A command for each operation; what it is about need not be there for it to be asked.
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "config": ("config",),
    "show_metrics": ("metrics",),
    "tidy": ("tidy", "--days", "3000", "--no-wait"),
    "list_jobs": ("jobs", "list"),
    "show_job": ("jobs", "show", ID),
    "cancel_job": ("jobs", "cancel", ID),
    "read_log": ("jobs", "log", ID),
    "follow_log": ("jobs", "log", ID, "--follow"),
    "list_files": ("jobs", "files", ID),
    "download_file": ("jobs", "get", ID, "image.bin"),
    "list_profiles": ("profiles", "list"),
    "list_profile_facets": ("profiles", "facets"),
    "show_profile": ("profiles", "show", "nobody"),
    "list_profile_versions": ("profiles", "versions", "nobody"),
    "check_profile": ("profiles", "validate", PROFILE),
    "import_profiles": ("profiles", "import", PROFILE),
    "import_profile_folder": ("profiles", "import", "--shared", "nowhere"),
    "export_profiles": ("profiles", "export", "out", "nobody"),
    "export_profile_folder": ("profiles", "export", "--shared", "out"),
    "clone_profile": ("profiles", "clone", "nobody", "other"),
    "compare_profiles": ("profiles", "compare", "nobody", "other"),
    "show_profile_overlay": ("profiles", "overlay", "nobody"),
    "upload_profile_overlay": ("profiles", "upload", "nobody", PROFILE),
    "upload_profile_file": ("profiles", "put", "nobody", PROFILE, "/etc/x"),
    "delete_profile_overlay": ("profiles", "take-away", "nobody"),
    "restore_profile_overlay": ("profiles", "restore", "nobody", "1"),
    "download_profile_overlay": ("profiles", "download", "nobody"),
    "delete_profile": ("profiles", "delete", "nobody"),
    "list_releases": ("releases", "list"),
    "list_targets": ("releases", "targets", "24.10.4"),
    "list_boards": ("releases", "boards", "24.10.4"),
    "show_target": ("releases", "target", *PLACE),
    "list_packages": ("releases", "packages", *PLACE, "htop"),
    "list_builders": ("builders", "list"),
    "show_builder": ("builders", "show", *PLACE),
    "ensure_builder": ("builders", "ensure", "24.10.4", "nowhere", "at-all", "--no-wait"),
    "plan_prune": ("builders", "prune", "--all", "--dry-run"),
    "delete_builder": ("builders", "delete", "1.2.3", "x", "y"),
    "list_keys": ("keys", "list"),
    "check_key": ("keys", "show", KEY),
    "add_key": ("keys", "add", KEY, "--confirm", "not-it"),
    "delete_key": ("keys", "delete", "nobody"),
    "list_builds": ("builds", "list"),
    "start_build": ("builds", "run", "nobody"),
    "plan_build": ("builds", "plan", "nobody"),
    "start_batch": ("builds", "batch", "nobody", "--no-wait"),
    "show_build": ("builds", "show", ID),
    "delete_build": ("builds", "delete", ID),
    "list_artifacts": ("artifacts", "list", ID),
    "list_card_images": ("cards", "images"),
    "list_devices": ("cards", "list"),
    "plan_card": ("cards", "plan", "/dev/null", "--image", "disk.img"),
    "show_plan": ("cards", "write", ID),
    "list_records": ("cards", "records"),
    "eject_card": ("cards", "eject", "/dev/null"),
    "show_client_address": ("asu", "address"),
    "show_branches": ("asu", "branches"),
    "show_stats": ("asu", "stats"),
    "count_packages": ("asu", "stats", "--branch", "24.10"),
    "list_build_errors": ("asu", "errors"),
}
#: Asked by a command whose own test goes so far.
BEHIND: Final = {
    # A stream is counted when it ends, which this one does not.
    "follow_events": ("events", "test_asking.py"),
    "prune_builders": ("builders prune", "test_builds.py"),
    "write_card": ("cards write", "test_cards.py"),
}
#: What `forge call` does: facts that a program asks for rather than a person.
CALLED: Final[dict[str, tuple[str, ...]]] = {
    "health": (),
    "show_status": (),
    "create_profile": ("--body", "{}"),
    "update_profile": ("profile_id=nobody", "--body", "{}"),
    "export_profile": ("profile_id=nobody",),
    "show_record": (f"record_id={ID}",),
    "create_overlay_download": ("profile_id=nobody",),
    "create_download": ("--body", f'{{"job_id": "{ID}", "name": "image.bin"}}'),
    "ask_for_build": (
        "--body",
        '{"version": "1.2.3", "target": "x/y", "profile": "z"}',
    ),
    "show_request": (f"request_hash={'0' * 64}",),
    "show_revision": ("release=24.10.4", "target=ath79", "subtarget=generic"),
    "show_queue": (),
    "count_builds_per_day": (),
    "count_builds_by_version": ("branch=24.10",),
    "show_latest": (),
    "show_overview": (),
    "show_release_targets": ("release=24.10.4",),
    "show_release_feeds": ("release=24.10.4", "architecture=mips_24kc"),
    "show_release_index": ("release=24.10.4", "target=ath79", "subtarget=generic"),
    "show_release_profiles": ("release=24.10.4", "target=ath79", "subtarget=generic"),
    "show_release_board": (
        *("release=24.10.4", "target=ath79", "subtarget=generic", "board=generic_plain"),
    ),
    "show_development_targets": (),
    "show_development_feeds": ("architecture=mips_24kc",),
    "show_development_index": ("target=ath79", "subtarget=generic"),
    "show_development_profiles": ("target=ath79", "subtarget=generic"),
    "show_development_board": ("target=ath79", "subtarget=generic", "board=generic_plain"),
}
#: What no person types, and why.
PROTOCOL: Final = {
    "append_log": "a worker elsewhere sends its lines",
    "download_job_overlay": "a worker elsewhere takes what a build lays over its image",
    "show_job_inputs": "a worker elsewhere takes keys, and asks for earlier builds",
    "keep_builder_keys": "a worker elsewhere sends an Image Builder's keys",
    "share_job_files": "a worker elsewhere has its files copied",
    "upload_file": "a worker elsewhere sends what a job leaves",
    "use_download": "a browser's link that is good for once; `jobs get` needs none",
    "download_image": "a router's link; `artifacts get` downloads the same",
    "old_latest": "sends old clients on",
    "old_overview": "sends old clients on",
}


def operations(line: Line) -> dict[str, Any]:
    """Return what the served description tells, by name."""
    return {one["name"]: one for one in line("operations", "--json").json}


def counted(house: House, line: Line) -> dict[str, int]:
    """Return how often each operation was asked."""
    said = re.findall(
        r'^forge_requests_total\{route="(\w+)".*\} (\S+)$', line("metrics").out, re.MULTILINE
    )
    counts: dict[str, int] = {}
    for name, count in said:
        counts[name] = counts.get(name, 0) + int(float(count))
    return counts


@pytest.fixture
def typed(forge_line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Type in a folder that has a profile and a key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / PROFILE).write_text(ROUTER.format(id="whole-api"))
    key = "RWQ" + "A" * 53
    (tmp_path / KEY).write_text(f"untrusted comment: x\n{key}\n")
    yield forge_line
    forge_line("profiles", "delete", "whole-api")


def test_every_operation_has_its_place(typed: Line) -> None:
    described = operations(typed)
    places = (COMMANDS, BEHIND, CALLED, PROTOCOL)
    named = [name for place in places for name in place]
    assert not (missing := described.keys() - set(named)), f"{missing}: no command"
    assert not (gone := set(named) - described.keys()), f"{gone}: no operation"
    assert len(named) == len(set(named)), "an operation has two places"
    for command, file in BEHIND.values():
        words = '", "'.join(command.split())
        assert words in Path(__file__).with_name(file).read_text("utf-8")


def test_every_command_asks_what_it_says_in_valid_json(house: House, typed: Line) -> None:
    for name, argv in COMMANDS.items():
        before = counted(house, typed)
        followed = name == "follow_log"
        said = typed(*argv) if followed else typed(*argv, "--json")
        after = counted(house, typed)
        assert after.get(name, 0) > before.get(name, 0), (name, said)
        assert said.code in {0, 2, 3, 5, 6, 7, 10, 12}, (name, said)
        if not followed:
            told = said.json  # one value, and nothing else
            assert (said.code == 0) or told["error"]["code"], name


def test_everything_else_is_called_by_its_name(house: House, typed: Line) -> None:
    for name, argv in CALLED.items():
        before = counted(house, typed)
        said = typed("call", name, *argv, "--json")
        assert counted(house, typed).get(name, 0) > before.get(name, 0), (name, said)
        assert said.code in {0, 3, 5, 6, 7}, (name, said)
        assert said.json is not None
