"""Files of profiles that are nearly right, in every format: kept as they say, or not at all."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, given, settings as tried, strategies as st
import pytest
import tomli_w
import yaml

from forge.app import Forge
from forge.openwrt.profiles.documents import Format, write
from forge.openwrt.profiles.exchange import Document
from forge.openwrt.profiles.facts import Which
from forge.openwrt.profiles.schema import Profile
from forge.settings import load
from forge.store.migrate import migrate
from tests.forge.openwrt.conftest import BASE

_ANY: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["../x", "a;b", "`id`", "$(id)", "x\ny", "ok", "SNAPSHOT", "24.10.4", "/etc/x", "-a", "é"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_FIELD: Final = st.sampled_from(sorted(Profile.model_fields)) | st.text(max_size=10)
_LIKE_ITS_KIND: Final = {
    "packages": st.lists(st.text(max_size=12) | st.sampled_from(["htop", "nano+", "a b"])),
    "tags": st.lists(st.text(max_size=12)),
    "files": st.lists(
        st.fixed_dictionaries({"source": st.text(max_size=12), "destination": st.text(max_size=12)})
    ),
    "rootfs_partsize": st.integers(-5, 2**40),
    "policies": st.dictionaries(st.sampled_from(["filesystem", "allow_snapshot", "x"]), _ANY),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a profile with some fields changed, left out or added."""
    said: dict[str, Any] = dict(BASE)
    for name in draw(st.lists(_FIELD, max_size=3)):
        if draw(st.booleans()):
            said.pop(name, None)
        else:
            said[name] = draw(_LIKE_ITS_KIND.get(name, _ANY) | _ANY)
    return said


def written(said: dict[str, Any], as_: Format) -> str | None:
    """Return a document as text; None where the format cannot hold it."""
    if as_ is Format.JSON:
        return json.dumps(said)
    if as_ is Format.YAML:
        return yaml.safe_dump(said, allow_unicode=True)
    try:
        return tomli_w.dumps(said)
    except TypeError, ValueError:
        return None  # TOML has no null


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """Open a Forge that is emptied after each file."""
    forge = Forge.open(load({"data_dir": tmp_path_factory.mktemp("forge")}, environment={}))
    migrate(forge.store)
    yield forge
    forge.close()


def taken(forge: Forge, text: str, as_: Format) -> list[Profile]:
    """Import a file; return what is kept now. What was refused says why and where."""
    result = forge.exchange.take([Document(name=f"p.{as_}", text=text)])
    (one,) = result.results
    kept = [one.profile for one in forge.profiles.list(Which())]
    assert len(kept) == result.succeeded
    if not one.success:
        assert one.error
        assert one.error.code.startswith(("validation", "precondition"))
        assert one.error.message
    return kept


def empty(forge: Forge) -> None:
    """Forget all profiles."""
    for one in forge.profiles.list(Which()):
        forge.profiles.delete(one.profile.profile_id)


@tried(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), st.sampled_from(Format))
def test_what_is_kept_says_what_the_file_said(
    forge: Forge, said: dict[str, Any], as_: Format
) -> None:
    text = written(said, as_)
    if text is None:
        return
    try:
        kept = taken(forge, text, as_)
        for profile in kept:
            assert profile.profile_id == said["profile_id"]
            document = profile.document()
            assert document.keys() <= {*said, "meta"}
            # In any format it is the same profile again.
            for other in Format:
                empty(forge)
                assert taken(forge, write(profile, other), other) == [profile]
    finally:
        empty(forge)


@tried(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(Format),
    st.integers(0, 400),
    st.integers(0, 12),
    st.text(alphabet="{}[]:,&*!<>|-\n \t'\"#%?@`~=\\x00é", max_size=6),
)
def test_a_file_that_was_damaged_breaks_nothing(
    forge: Forge, as_: Format, at: int, gone: int, instead: str
) -> None:
    text = written({**BASE, "packages": ["htop"], "tags": ["lab"]}, as_) or ""
    place = at % (len(text) + 1)
    try:
        taken(forge, text[:place] + instead + text[place + gone :], as_)
    finally:
        empty(forge)


@pytest.mark.parametrize("as_", Format)
def test_the_smallest_file_is_kept(forge: Forge, as_: Format, tmp_path: Path) -> None:
    assert [one.profile_id for one in taken(forge, written(dict(BASE), as_) or "", as_)] == ["p1"]
    empty(forge)
