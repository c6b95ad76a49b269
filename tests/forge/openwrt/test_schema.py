"""What a profile may say, and what nobody gets through it."""

import re
from typing import Any

from hypothesis import given, strategies as st
from pydantic import TypeAdapter
import pytest

from forge.errors import Invalid
from forge.openwrt.profiles.facts import differences
from forge.openwrt.profiles.schema import Inside, Package, Profile, moves, read
from tests.forge.openwrt.conftest import BASE, profile

ODD = ['x"; touch canary; "', "`touch${IFS}canary`", "$(x)", "a b", "a\nb", "a\tb", "$$x", "é", ""]


def refusal(**changes: Any) -> Invalid:
    """Return how a document is refused."""
    with pytest.raises(Invalid) as refused:
        profile(**changes)
    return refused.value


def test_the_smallest_profile_is_one() -> None:
    assert profile().document() == BASE
    assert profile().digest == profile(tags=None).digest != profile(name="m").digest


@pytest.mark.parametrize("field", [name for name in BASE if name != "profile_id"])
def test_what_is_required_is_missed_by_its_name(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({name: value for name, value in BASE.items() if name != field})
    assert refused.value.code == "validation.profile"
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"openwrt_release": "../../x"}, "openwrt_release"),
        ({"openwrt_release": "23.05"}, "openwrt_release"),
        ({"openwrt_release": "23.05.2\n"}, "openwrt_release"),
        ({"target": "../x"}, "target"),
        ({"subtarget": "a/b"}, "subtarget"),
        ({"imagebuilder_profile": ".hidden"}, "imagebuilder_profile"),
        ({"profile_id": ".."}, "profile_id"),
        ({"profile_id": "."}, "profile_id"),
        ({"profile_id": "p1\n"}, "profile_id"),
        ({"profile_id": "-p"}, "profile_id"),
        ({"profile_id": "p" * 256}, "profile_id"),
        ({"name": " "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": 3}, "name"),
        ({"tags": [23.05]}, "tags[0]"),
        ({"tags": ["ok", " "]}, "tags[1]"),
        ({"tags": ["t"] * 51}, "tags"),
        ({"packages": ["-ppp"]}, "packages[0]"),
        ({"packages": ["x"] * 1001}, "packages"),
        ({"extra_image_name": 'x"; touch /tmp/canary; "'}, "extra_image_name"),
        ({"extra_image_name": "x" * 65}, "extra_image_name"),
        ({"files": [{"source": "a", "destination": "etc/x"}]}, "files[0].destination"),
        ({"files": [{"source": "a", "destination": "/etc/../x"}]}, "files[0].destination"),
        ({"files": [{"source": "a", "destination": "/etc/"}]}, "files[0].destination"),
        ({"files": [{"source": "../a", "destination": "/a"}]}, "files[0].source"),
        ({"files": [{"source": "/etc/shadow", "destination": "/a"}]}, "files[0].source"),
        ({"files": [{"source": "a", "destination": "/a", "mode": "0o644"}]}, "files[0].mode"),
        ({"files": [{"source": "a", "destination": "/a", "mode": "64"}]}, "files[0].mode"),
        ({"files": [{"source": "a", "destination": "/a", "owner": "me"}]}, "files[0].owner"),
        ({"files": [{"source": "a", "destination": "/a", "what": 1}]}, "files[0].what"),
        ({"overlay_dir": "a/../../b"}, "overlay_dir"),
        ({"bin_dir": "/var/../etc"}, "bin_dir"),
        ({"bin_dir": "/var/$(x)"}, "bin_dir"),
        ({"disabled_services": ["a b"]}, "disabled_services[0]"),
        ({"rootfs_partsize": 0}, "rootfs_partsize"),
        ({"rootfs_partsize": "much"}, "rootfs_partsize"),
        ({"policies": {"filesystem": "ntfs"}}, "policies.filesystem"),
        ({"policies": {"fast": True}}, "policies.fast"),
        ({"meta": {"what": "x"}}, "meta.what"),
        ({"wifi": "on"}, "wifi"),
    ],
)
def test_what_is_refused_is_named(changes: dict[str, Any], field: str) -> None:
    refused = refusal(**changes)
    assert (refused.code, refused.status) == ("validation.profile", 422)
    assert refused.facts["field"] == field
    assert field in refused.message


@pytest.mark.parametrize("field", ["packages", "packages_remove", "disabled_services"])
@pytest.mark.parametrize("text", ODD)
def test_nothing_but_names_reaches_make_from_lists(field: str, text: str) -> None:
    assert refusal(**{field: [text]}).facts["field"] == f"{field}[0]"


@pytest.mark.parametrize(
    "field", ["profile_id", "extra_image_name", "target", "subtarget", "imagebuilder_profile"]
)
@pytest.mark.parametrize("text", ODD)
def test_nothing_but_names_reaches_make(field: str, text: str) -> None:
    assert refusal(**{field: text}).facts["field"] == field


@given(st.text())
def test_a_package_that_is_taken_means_nothing_to_a_shell(text: str) -> None:
    try:
        taken = profile(packages=[text]).packages
    except Invalid:
        return
    assert taken == [text]
    assert re.fullmatch(r"[a-z0-9][a-z0-9+._-]*", text)


@given(st.text(alphabet="./a\\\0 ~", min_size=1, max_size=12))
def test_a_path_that_is_taken_stays_where_it_belongs(text: str) -> None:
    try:
        taken = profile(overlay_dir=text).overlay_dir
    except Invalid:
        return
    assert taken == text
    assert not text.startswith("/")
    assert ".." not in text.split("/")


@pytest.mark.parametrize(
    ("release", "kept"),
    [
        ("snapshot", "SNAPSHOT"),
        ("SNAPSHOT", "SNAPSHOT"),
        ("Snapshot", "SNAPSHOT"),
        ("24.10-snapshot", "24.10-SNAPSHOT"),
    ],
)
def test_releases_that_move_are_allowed_first(release: str, kept: str) -> None:
    assert refusal(openwrt_release=release).facts["field"] == "openwrt_release"
    refused = refusal(openwrt_release=release, policies={"allow_snapshot": False})
    assert "allow_snapshot" in refused.message
    allowed = profile(openwrt_release=release, policies={"allow_snapshot": True})
    assert allowed.openwrt_release == kept
    assert moves(kept)


@pytest.mark.parametrize("release", ["23.05.2", "25.12.0-rc1", "17.01.7"])
def test_releases_that_stay(release: str) -> None:
    assert profile(openwrt_release=release).openwrt_release == release
    assert not moves(release)


def test_what_the_reference_takes_is_taken() -> None:
    taken = profile(
        profile_id="_a.B-9",
        packages=["libstdc++6", "kmod-usb_x", "a"],
        packages_remove=["a"],
        files=[
            {"source": "./a//b", "destination": "/etc/..x", "mode": mode, "owner": "root:root"}
            for mode in ("644", "0644", "00644", "7777")
        ],
        rootfs_partsize="256",
        disabled_services=["dnsmasq"],
        policies={"filesystem": "ext4", "auto_resize_rootfs": True},
    )
    assert taken.rootfs_partsize == 256


def test_a_thousand_packages_are_taken() -> None:
    assert len(profile(packages=["x"] * 1000).packages or ()) == 1000


def test_the_first_problems_are_told_and_the_rest_counted() -> None:
    refused = refusal(packages=["A"] * 30)
    assert "and 27 more" in refused.message
    assert len(refused.facts["problems"]) == 20


def test_the_description_says_what_is_checked() -> None:
    assert TypeAdapter(Package).json_schema()["pattern"] == "^(?:[a-z0-9][a-z0-9+._-]*)$"
    assert not re.match(TypeAdapter(Inside).json_schema()["pattern"], "../x")
    assert Profile.model_json_schema()["then"]["required"] == ["policies"]


def test_two_profiles_are_compared_by_fields() -> None:
    left = profile(
        packages=["a", "b"], policies={"strip_debug": True}, rootfs_partsize=1, tags=["t", "u"]
    )
    right = profile(name="m", packages=["b", "c"], policies={"strip_debug": False}, tags=["u", "t"])
    found = {each.field: each for each in differences(left, right)}
    assert list(found) == ["name", "tags", "packages", "policies.strip_debug", "rootfs_partsize"]
    assert (found["packages"].added, found["packages"].removed) == (["c"], ["a"])
    assert (found["tags"].added, found["tags"].removed) == ([], [])
    assert (found["rootfs_partsize"].left, found["rootfs_partsize"].right) == (1, None)
    assert differences(left, left) == []
