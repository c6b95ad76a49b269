"""Keys that are compared before they count, and what OpenWrt's clients are given."""

from pathlib import Path

import pytest

from rig.openwrt.mirror import Mirror
from tests.forge.cli.conftest import Line


@pytest.fixture
def stranger(mirror_server: Mirror, tmp_path: Path) -> Path:
    """Write a public key that this Forge does not know."""
    path = tmp_path / "stranger.asc"
    path.write_bytes(mirror_server.upstream.stranger.gpg_public.read_bytes())
    return path


def test_a_key_counts_once_its_fingerprint_was_typed(
    forge_line: Line, stranger: Path, mirror_server: Mirror
) -> None:
    fingerprint = mirror_server.upstream.stranger.gpg_fingerprint
    shown = forge_line("keys", "show", stranger)
    assert fingerprint in shown.out
    assert "none of the keys of OpenWrt" in shown.err
    for refused in (
        forge_line("keys", "add", stranger),
        forge_line("keys", "add", stranger, "--json"),
        forge_line("keys", "add", stranger, "--confirm", "0" * 40),
        forge_line("keys", "add", stranger, given="yes\n", terminal=True),
    ):
        assert refused.code == 7
    assert fingerprint not in forge_line("keys", "list").out
    added = forge_line("keys", "add", stranger, given=f"{fingerprint}\n", terminal=True)
    assert (added.code, "count from now on" in added.err) == (0, True)
    assert fingerprint in forge_line("keys", "list").out
    assert forge_line("keys", "delete", fingerprint).code == 0
    text = stranger.read_text("ascii")
    again = forge_line("keys", "add", "-", "--confirm", fingerprint, "--json", given=text)
    assert again.json["fingerprint"] == fingerprint
    assert forge_line("keys", "delete", fingerprint, "--json").json == {"deleted": fingerprint}
    assert forge_line("keys", "delete", fingerprint).code == 5


def test_what_is_no_file_of_a_key(forge_line: Line, tmp_path: Path) -> None:
    assert forge_line("keys", "show", tmp_path / "nothing").code == 3
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert forge_line("keys", "show", tmp_path / "binary").code == 3
    assert forge_line("keys", "show", "-", given="hello").code == 3


def test_openwrt_s_clients_are_given_an_address(forge_line: Line) -> None:
    told = forge_line("asu", "address")
    url = told.out.strip()
    assert "attendedsysupgrade.server.url" in told.err
    assert forge_line("asu", "address", "--json").json["url"] == url
    assert "24.10.4" in forge_line("asu", "branches").out
    assert "queue_length" in forge_line("asu", "stats", "--count", "3").out
    assert forge_line("asu", "stats", "--branch", "nonsense").code == 3
    lines = forge_line("asu", "errors", "--json").json["lines"]
    assert forge_line("asu", "errors").out.splitlines() == lines
