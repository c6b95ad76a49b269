"""Keys whose signatures count: read, compared, kept, and what they then say of Image Builders."""

import base64
import contextlib
from pathlib import Path
import subprocess

from hypothesis import given, strategies as st
import pytest

from forge.errors import Conflict, Invalid, NotFound, Precondition
from forge.openwrt.keys import OPENWRT, KeyKind, Keys
from forge.settings import load
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import ATH79, OPKG_ZST
from tests.forge.openwrt.conftest import OpenWorks

PLACE = f"{OPKG_ZST.version}/{ATH79.id}"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Have a Forge that trusts nobody yet."""
    return Keys(load({"data_dir": tmp_path}, environment={}))


def test_a_gpg_key_is_kept_with_its_own_fingerprint_only(keys: Keys, mirror: Mirror) -> None:
    text = mirror.upstream.keys.gpg_public.read_text("ascii")
    fingerprint = mirror.upstream.keys.gpg_fingerprint
    seen = keys.look(text)
    assert (seen.kind, seen.fingerprint, seen.openwrt) == (KeyKind.GPG, fingerprint, None)
    assert seen.name == "Fixture of the rig <fixture@example.invalid>"
    for wrong in (None, "", fingerprint[:-1], fingerprint[-8:], "0" * 40):
        with pytest.raises(Precondition) as refused:
            keys.add(text, wrong)
        assert refused.value.code == "precondition.fingerprint"
        assert refused.value.facts["fingerprint"] == fingerprint
    assert keys.list() == []
    # As people copy it: in small letters, in groups.
    spaced = " ".join(fingerprint[at : at + 4] for at in range(0, 40, 4)).lower()
    assert keys.add(text, spaced) == seen
    assert keys.add(text, fingerprint) == seen
    assert keys.list() == [seen]
    keys.delete(seen.id)
    assert keys.list() == []
    with pytest.raises(NotFound):
        keys.delete(seen.id)


def test_a_usign_key_is_compared_whole_as_anybody_can_choose_a_number(
    keys: Keys, mirror: Mirror
) -> None:
    text = mirror.upstream.keys.usign_public.read_text("ascii")
    seen = keys.look(text)
    assert seen.kind is KeyKind.USIGN
    assert seen.id == mirror.upstream.keys.usign_fingerprint
    assert seen.fingerprint == text.splitlines()[1]
    with pytest.raises(Precondition):
        keys.add(text, seen.id)
    assert keys.add(text, seen.fingerprint).id == seen.id
    impostor = _with_another_end(text)
    with pytest.raises(Conflict):
        keys.add(impostor, impostor.splitlines()[1])
    assert keys.list() == [seen]


def _with_another_end(text: str) -> str:
    """Return a key of the same number that is another one."""
    comment, key = text.splitlines()
    return f"{comment}\n{key[:-6]}{'AAAAAA' if key[-6:] != 'AAAAAA' else 'BBBBBB'}\n"


def test_a_key_with_parts_that_sign_for_it_is_known_by_its_own_fingerprint(
    keys: Keys, tmp_path: Path
) -> None:
    """OpenWrt's releases are signed so: a subkey on a token, below a key that people compare."""
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)

    def gpg(*arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run(  # noqa: S603 - a program of the system
            ["gpg", "--homedir", str(home), "--batch", "--passphrase", "", *arguments],  # noqa: S607 - as above
            input=given,
            check=True,
            capture_output=True,
        ).stdout

    gpg("--quick-gen-key", "Build System <b@example.invalid>", "rsa2048", "cert", "never")
    listed = gpg("--list-keys", "--with-colons").decode()
    fingerprint = next(line for line in listed.splitlines() if line.startswith("fpr")).split(":")[9]
    gpg("--quick-add-key", fingerprint, "ed25519", "sign", "never")
    armoured = gpg("--armor", "--export").decode()
    assert keys.look(armoured).fingerprint == fingerprint
    assert keys.add(armoured, fingerprint).name == "Build System <b@example.invalid>"
    with pytest.raises(Invalid, match="secret"):
        keys.look(gpg("--armor", "--export-secret-keys").decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "\ud800",
        "é",
        "\x99\x01\x0d",
        "untrusted comment: x\né\n",
        "untrusted comment: x\n\ud800\n",
        "untrusted comment: x\nRWQ=\n",
        "untrusted comment: x\nnot base64 at all!\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n\n-----END PGP PUBLIC KEY BLOCK-----\n",
    ],
)
def test_what_is_no_key(keys: Keys, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        keys.add(text, "x")
    assert refused.value.code == "validation.key"


def test_two_keys_are_added_one_by_one(keys: Keys, mirror: Mirror, tmp_path: Path) -> None:
    both = tmp_path / "both.asc"
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch"]
    public = [mirror.upstream.keys.gpg_public, mirror.upstream.stranger.gpg_public]
    subprocess.run([*gpg, "--import", *public], check=True, capture_output=True)  # noqa: S603 - a program of the system
    both.write_bytes(
        subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout  # noqa: S603 - as above
    )
    with pytest.raises(Invalid, match="not one"):
        keys.look(both.read_text("ascii"))


def test_files_that_hold_no_key_are_passed_over(keys: Keys, mirror: Mirror, tmp_path: Path) -> None:
    folder = tmp_path / "openwrt" / "keys"
    folder.mkdir(parents=True)
    (folder / "README.txt").write_text("put keys here")
    # As a Forge leaves it that is killed while it keeps a key: no signature counts by it.
    text = mirror.upstream.keys.gpg_public.read_text("ascii")
    (folder / ".coming.1").write_text(text)
    assert keys.list() == []


def test_a_signature_counts_from_the_moment_that_its_key_does(
    open_works: OpenWorks, mirror: Mirror
) -> None:
    works = open_works(openwrt_signatures="require")
    # The test's Forge knows the mirror's keys: forget them.
    trusted = works.forge.keys.list()
    assert {key.kind for key in trusted} == {*KeyKind}
    for key in trusted:
        works.forge.keys.delete(key.id)
    mine = mirror.upstream.keys
    refused = works.ensure()
    assert refused.error
    assert refused.error.code == "integrity.signature_bad"
    # Who refuses says whose key is missing.
    named = refused.error.facts["keys"]
    assert mine.usign_fingerprint in named
    assert any(mine.gpg_fingerprint.endswith(one) for one in named)
    assert "forge keys add" in refused.error.message
    text = mine.gpg_public.read_text("ascii")
    works.forge.keys.add(text, mine.gpg_fingerprint)
    (works.forge.settings.data_dir / "openwrt" / "keys" / "broken.asc").write_text(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!\n"
    )
    done = works.ensure()
    assert done.error is None
    assert f"signature verified, by {mine.gpg_fingerprint}" in works.log(done)


def test_openwrt_s_own_keys_are_known_by_whole_fingerprints() -> None:
    assert all(len(one) == 40 and one == one.upper() for one in OPENWRT)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda said: said.encode()))
def test_any_text_is_a_key_or_refused(said: bytes) -> None:
    keys = Keys(load({"data_dir": Path("/nonexistent")}, environment={}))
    for text in (
        said.decode("latin-1"),
        f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{base64.b64encode(said).decode()}\n-----END PGP",
    ):
        with contextlib.suppress(Invalid):
            assert len(keys.look(text).fingerprint) in {40, 56}
