"""Profiles kept, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from forge.app import Forge
from forge.errors import Conflict, ForgeError, Invalid, NotFound
from forge.jobs import events
from forge.openwrt.profiles.facts import Which
from tests.forge.openwrt.conftest import profile


def ids(forge: Forge, which: Which | None = None) -> list[str]:
    """Return the ids of what is found."""
    return [kept.profile.profile_id for kept in forge.profiles.list(which)]


def test_a_profile_is_kept_and_shown(forge: Forge) -> None:
    made = forge.profiles.create(profile(packages=["htop"]), by="anna")
    assert (made.version, made.by, made.profile.created_by) == (1, "anna", "anna")
    assert forge.profiles.show("p1") == made == forge.profiles.at(made.version_id)


@pytest.mark.parametrize("by", ["", " ", "a" * 256, "a\tb"])
def test_who_has_no_proper_name_is_not_written_into_it(forge: Forge, by: str) -> None:
    forge.profiles.create(profile(), by=by)
    assert forge.profiles.show("p1").profile == profile()


def test_an_id_is_taken_once(forge: Forge) -> None:
    forge.profiles.create(profile())
    with pytest.raises(Conflict) as taken:
        forge.profiles.create(profile(name="other"))
    assert taken.value.code == "conflict.profile"
    assert forge.profiles.show("p1").profile.name == "n"


def test_one_of_many_at_once_makes_it(forge: Forge) -> None:
    def make(number: int) -> str:
        try:
            return forge.profiles.create(profile(name=f"n{number}")).profile.name
        except ForgeError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        became = sorted(pool.map(make, range(6)))
    assert became[:5] == ["conflict.profile"] * 5
    assert became[5] == forge.profiles.show("p1").profile.name


def test_every_version_stays_as_it_was(forge: Forge) -> None:
    first = forge.profiles.create(profile(packages=["a"], created_by="human:anna"))
    second = forge.profiles.update(profile(packages=["b"], created_by="me"), by="ben")
    assert (second.version, second.by, second.created_at) == (2, "ben", first.created_at)
    assert second.profile.created_by == "human:anna"
    assert forge.profiles.show("p1", 1) == first
    assert forge.profiles.at(first.version_id).profile.packages == ["a"]
    assert [version.version for version in forge.profiles.versions("p1")] == [2, 1]
    assert forge.profiles.compare(("p1", 1), ("p1", None))[0].added == ["b"]


def test_saying_the_same_again_is_no_version(forge: Forge) -> None:
    made = forge.profiles.create(profile(tags=["x"]), by="anna")
    assert forge.profiles.update(profile(tags=["x"]), by="ben") == made


def test_a_change_of_what_somebody_else_changed_is_refused(forge: Forge) -> None:
    forge.profiles.create(profile())
    forge.profiles.update(profile(name="anna's"), expected=1)
    with pytest.raises(Conflict) as late:
        forge.profiles.update(profile(name="ben's"), expected=1)
    assert (late.value.code, late.value.facts) == ("conflict.version", {"version": 2})
    assert forge.profiles.show("p1").profile.name == "anna's"


def test_changes_at_once_lose_none(forge: Forge) -> None:
    forge.profiles.create(profile())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: forge.profiles.update(profile(name=f"n{n}")), range(8)))
    assert [version.version for version in forge.profiles.versions("p1")] == list(range(9, 0, -1))


def test_a_tag_finds_whoever_has_it(forge: Forge) -> None:
    forge.profiles.create(profile(profile_id="a", tags=["lab", "wifi", "wifi"]))
    forge.profiles.create(profile(profile_id="b", tags=["wifi"]))
    forge.profiles.create(profile(profile_id="c"))
    assert ids(forge, Which(tag=["wifi"])) == ["a", "b"]
    assert ids(forge, Which(tag=["wifi", "lab"])) == ["a"]
    assert ids(forge, Which(tag=["wi"])) == []
    forge.profiles.update(profile(profile_id="a", tags=["lab"]))
    assert ids(forge, Which(tag=["wifi"])) == ["b"]


def test_profiles_are_found_by_what_they_are_for(forge: Forge) -> None:
    forge.profiles.create(profile(profile_id="a", device_id="x"))
    forge.profiles.create(profile(profile_id="b", openwrt_release="24.10.2", target="x86"))
    forge.profiles.create(profile(profile_id="B"))
    assert ids(forge) == ["B", "a", "b"]
    assert ids(forge, Which(device_id="x")) == ["a"]
    assert ids(forge, Which(release="24.10.2")) == ["b"]
    assert ids(forge, Which(target="x86", subtarget="generic")) == ["b"]
    assert ids(forge, Which(target="x86", device_id="x")) == []
    assert ids(forge, Which(profile_ids=["b", "missing"])) == ["b"]
    assert [kept.profile.profile_id for kept in forge.profiles.list(after="B", limit=1)] == ["a"]


def test_words_find_profiles_wherever_they_stand(forge: Forge) -> None:
    forge.profiles.create(profile(profile_id="attic", name="Attic 100%", tags=["Wi-Fi"]))
    forge.profiles.create(profile(profile_id="barn", device_id="gate-2", target="x86"))
    for words, found in (
        ("ATTIC", ["attic"]),
        ("wi-f", ["attic"]),
        ("100%", ["attic"]),
        ("%", ["attic"]),
        ("h_o", []),
        ("archer", ["attic", "barn"]),
        ("archer x86/gen", ["barn"]),
        ("gate attic", []),
    ):
        assert ids(forge, Which(search=words)) == found, words
        assert forge.profiles.count(Which(search=words)) == len(found)
    (second,) = forge.profiles.list(offset=1, limit=1)
    assert second.profile.profile_id == "barn"


def test_what_profiles_have_in_common_is_counted(forge: Forge) -> None:
    assert forge.profiles.facets().tags == []
    forge.profiles.create(profile(profile_id="a", tags=["lab", "wifi"]))
    forge.profiles.create(profile(profile_id="b", tags=["wifi"], target="x86"))
    told = forge.profiles.facets()
    assert [(one.value, one.count) for one in told.tags] == [("wifi", 2), ("lab", 1)]
    assert [one.value for one in told.targets] == ["ath79/generic", "x86/generic"]
    assert [(one.value, one.count) for one in told.devices] == [("d", 2)]


def test_a_profile_is_forgotten_with_its_versions(forge: Forge) -> None:
    made = forge.profiles.create(profile(tags=["x"]))
    forge.profiles.delete("p1")
    assert ids(forge) == []
    with pytest.raises(NotFound):
        forge.profiles.at(made.version_id)
    assert forge.profiles.create(profile()).version == 1


def test_a_profile_that_builds_need_stays(forge: Forge) -> None:
    made = forge.profiles.create(profile(tags=["x"]))
    with forge.store.write() as session:
        session.execute(
            sa.text("CREATE TABLE needs (version_id VARCHAR(32) REFERENCES profile_versions (id))")
        )
        session.execute(sa.text("INSERT INTO needs VALUES (:id)"), {"id": made.version_id})
    with pytest.raises(Conflict) as needed:
        forge.profiles.delete("p1")
    assert (needed.value.code, needed.value.status) == ("conflict.in_use", 409)
    assert forge.profiles.show("p1") == made
    assert ids(forge, Which(tag=["x"])) == ["p1"]


def test_a_copy_differs_where_it_is_told_to(forge: Forge) -> None:
    forge.profiles.create(profile(packages=["a"], created_by="human:anna"))
    changes = {"profile_id": "p2", "openwrt_release": "24.10.2"}
    copy = forge.profiles.clone("p1", changes, by="ben")
    assert (copy.profile.packages, copy.profile.created_by) == (["a"], "ben")
    different = [each.field for each in forge.profiles.compare(("p1", None), ("p2", None))]
    assert different == ["profile_id", "openwrt_release", "created_by"]
    with pytest.raises(Conflict):
        forge.profiles.clone("p1", changes)
    with pytest.raises(Invalid):
        forge.profiles.clone("p1", {"profile_id": "p3", "openwrt_release": "SNAPSHOT"})
    assert ids(forge) == ["p1", "p2"]


def test_what_is_not_there_is_named(forge: Forge) -> None:
    profiles = forge.profiles
    forge.profiles.create(profile())
    for ask, code in (
        (lambda: profiles.show("x"), "not_found.profile"),
        (lambda: profiles.show("p1", 2), "not_found.profile_version"),
        (lambda: profiles.at("0" * 32), "not_found.profile_version"),
        (lambda: profiles.update(profile(profile_id="x")), "not_found.profile"),
        (lambda: profiles.delete("x"), "not_found.profile"),
        (lambda: profiles.versions("x"), "not_found.profile"),
        (lambda: profiles.clone("x", {"profile_id": "y"}), "not_found.profile"),
        (lambda: profiles.compare(("p1", None), ("x", None)), "not_found.profile"),
    ):
        with pytest.raises(NotFound) as missing:
            ask()
        assert missing.value.code == code


def test_changes_are_told(forge: Forge) -> None:
    forge.profiles.create(profile())
    forge.profiles.update(profile(name="m"))
    forge.profiles.delete("p1")
    told = [(event.type, event.data) for event in events.since(forge.store, 0)]
    assert told == [
        ("profile.created", {"profile_id": "p1", "version": 1}),
        ("profile.changed", {"profile_id": "p1", "version": 2}),
        ("profile.deleted", {"profile_id": "p1"}),
    ]
