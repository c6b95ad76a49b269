"""Image Builders: fetched from a real server, checked, unpacked; and whatever goes wrong there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forge.jobs.states import State
from forge.openwrt.place import Place
from rig.openwrt import hostile
from rig.openwrt.archive import archive_name
from rig.openwrt.faults import Corrupt, Drip, Fault, Redirect, Status, Truncate
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import APK, ATH79, FILOGIC, OPKG_XZ, OPKG_ZST, Release, Target
from tests.forge.openwrt.conftest import OpenWorks
from tests.forge.openwrt.works import Works

PLACE = Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")
ARCHIVE = f"*/{archive_name(OPKG_ZST, ATH79)}"


def left(works: Works) -> list[str]:
    """Return what a failure left among the builders."""
    root = works.forge.settings.data_dir / "builders"
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.name != ".coming"]


@pytest.mark.parametrize(
    ("release", "target", "suffix"),
    [(OPKG_XZ, ATH79, "tar.xz"), (OPKG_ZST, FILOGIC, "tar.zst"), (APK, ATH79, "tar.zst")],
)
def test_the_archive_that_is_listed_is_fetched_and_unpacked(
    works: Works, release: Release, target: Target, suffix: str
) -> None:
    job = works.ensure(release, target)
    assert job.state is State.DONE, works.log(job)
    (builder,) = works.forge.builders.list()
    assert (builder.state, builder.signature, builder.here) == ("ready", "verified", True)
    assert builder.revision == release.revision
    assert builder.archive
    assert builder.archive.endswith(suffix)
    assert "left out a link that leads outside" in works.log(job)
    assert not list((works.forge.settings.data_dir / "builders" / ".coming").iterdir())


def test_what_is_here_is_not_fetched_again(works: Works) -> None:
    works.ensure()
    works.mirror.asked.clear()
    assert works.ensure().state is State.DONE
    assert works.mirror.paths() == []
    works.ensure(force=True)
    assert any(path.endswith(archive_name(OPKG_ZST, ATH79)) for path in works.mirror.paths())


def test_a_snapshot_that_moved_is_fetched_anew(open_works: OpenWorks) -> None:
    works = open_works(openwrt_refresh_s=0)
    first = works.ensure("SNAPSHOT")
    works.mirror.asked.clear()
    assert works.ensure("SNAPSHOT").result == first.result
    assert not any("imagebuilder" in path for path in works.mirror.paths())
    moved = works.mirror.move_snapshot()
    second = works.ensure("SNAPSHOT")
    assert second.result
    assert second.result["revision"] == moved.revision
    place = works.forge.settings.data_dir / "builders" / "SNAPSHOT" / "ath79" / "generic"
    assert len(list(place.iterdir())) == 1


def test_offline_nothing_is_asked_and_what_is_here_serves(open_works: OpenWorks) -> None:
    works = open_works(offline=True)
    works.mirror.asked.clear()
    job = works.ensure()
    assert job.error
    assert job.error.code == "precondition.offline"
    assert works.mirror.paths() == []
    open_works().ensure()
    works.mirror.asked.clear()
    assert works.ensure().state is State.DONE
    assert works.mirror.paths() == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda sums: "".join(x for x in sums.splitlines(keepends=True) if "imagebuilder" not in x),
        lambda sums: "".join(
            x + (x.replace("zst", "xz") if "imagebuilder" in x else "")
            for x in sums.splitlines(keepends=True)
        ),
        lambda sums: "".join(
            x + ("0" * 64 + x[64:] if "imagebuilder" in x else "")
            for x in sums.splitlines(keepends=True)
        ),
    ],
    ids=["no line", "two archives", "two hashes"],
)
def test_what_is_not_listed_once_is_not_used(works: Works, edit: Callable[[str], str]) -> None:
    works.mirror.edit_sums(OPKG_ZST, ATH79, edit)
    job = works.ensure()
    assert job.error
    assert job.error.code == "integrity.checksum_missing"
    assert left(works) == []
    assert not any("imagebuilder" in path for path in works.mirror.paths())


def stranger(mirror: Mirror) -> None:
    """Have the sums signed by somebody else."""
    mirror.edit_sums(OPKG_ZST, ATH79, str, keys=mirror.upstream.stranger)


def unsigned(mirror: Mirror) -> None:
    """Have no signatures."""
    mirror.drop_signatures(OPKG_ZST, ATH79)


def forged(mirror: Mirror) -> None:
    """Have other sums under the old signatures."""
    mirror.edit_sums(OPKG_ZST, ATH79, lambda sums: f"{sums}{'0' * 64} *more\n", sign=False)


@pytest.mark.parametrize(
    ("policy", "spoil", "outcome"),
    [
        ("require", stranger, "integrity.signature_bad"),
        ("require", unsigned, "integrity.signature_bad"),
        ("require", forged, "integrity.signature_bad"),
        ("prefer", forged, "integrity.signature_bad"),
        ("prefer", stranger, "unknown_key"),
        ("prefer", unsigned, "unsigned"),
        ("off", forged, "unchecked"),
    ],
)
def test_signatures_are_held_to_the_policy(
    open_works: OpenWorks, policy: str, spoil: Callable[[Mirror], None], outcome: str
) -> None:
    works = open_works(openwrt_signatures=policy)
    spoil(works.mirror)
    job = works.ensure()
    if job.error:
        assert job.error.code == outcome
        assert left(works) == []
    else:
        assert works.forge.builders.show(PLACE).signature == outcome


@pytest.mark.parametrize(
    "fault",
    [Status(500), Status(404), Truncate(), Corrupt(), Drip(200)],
    ids=["500", "404", "truncated", "corrupt", "drip"],
)
def test_a_mirror_that_fails_once_is_asked_again(works: Works, fault: Fault) -> None:
    works.mirror.fault(ARCHIVE, fault, times=1)
    job = works.ensure()
    corrupt = isinstance(fault, Corrupt)
    assert (job.state is State.FAILED) is corrupt, works.log(job)
    if corrupt:
        assert job.error
        assert job.error.code == "integrity.checksum_mismatch"
        assert left(works) == []


def test_a_broken_download_is_gone_on_with(works: Works) -> None:
    works.mirror.fault(ARCHIVE, Truncate(after=100_000), times=1)
    assert works.ensure().state is State.DONE
    (*_, last) = (one for one in works.mirror.asked if "imagebuilder" in one.path)
    assert last.headers["Range"].startswith("bytes=")
    assert last.headers["Range"] != "bytes=0-"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Status(503), "upstream.http"),
        (Status(404), "upstream.not_found"),
        (Truncate(after=0), "upstream.http"),
        (Drip(100), "upstream.timeout"),
        (Corrupt(), "integrity.checksum_mismatch"),
    ],
    ids=["503", "404", "truncated", "drip", "corrupt"],
)
def test_a_mirror_that_goes_on_failing_is_told(works: Works, fault: Fault, code: str) -> None:
    works.mirror.fault(ARCHIVE, fault)
    job = works.ensure()
    assert job.error
    assert job.error.code == code
    assert job.error.facts["url"].startswith(works.mirror.url)
    assert works.forge.builders.show(PLACE).state == "pending"
    works.mirror.heal()
    assert works.ensure().state is State.DONE


def test_another_mirror_serves_when_one_lies(open_works: OpenWorks, mirror: Mirror) -> None:
    works = open_works(openwrt_mirrors=f"{mirror.url}/lost {mirror.url}")
    assert works.ensure().state is State.DONE


def test_a_redirect_to_another_host_is_followed(works: Works) -> None:
    path = works.mirror.upstream.archive_path(OPKG_ZST, ATH79)
    works.mirror.fault(ARCHIVE, Redirect(f"{works.mirror.other_host_url}/{path}"), times=1)
    assert works.ensure().state is State.DONE


@pytest.mark.parametrize("name", sorted(hostile.ARCHIVES))
@pytest.mark.parametrize("release", [OPKG_XZ, OPKG_ZST], ids=["xz", "zst"])
def test_a_hostile_archive_leaves_nothing(
    open_works: OpenWorks, release: Release, name: str
) -> None:
    works = open_works(builder_limit_mb=64)
    upstream = works.mirror.upstream
    genuine = upstream.read(upstream.archive_path(release, ATH79))
    works.mirror.offer(release, ATH79, hostile.ARCHIVES[name](genuine, release, ATH79))
    job = works.ensure(release)
    assert job.error, works.log(job)
    assert job.error.code == "integrity.archive_unsafe", job.error
    assert left(works) == []
    assert not Path("/tmp/escaped-from-an-archive").exists()  # noqa: S108 - what must not be written
    assert not list(works.forge.settings.data_dir.rglob("escaped"))


def test_another_host_is_told_at_once(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    works.mirror.asked.clear()
    job = works.ensure()
    assert job.error
    assert job.error.code == "precondition.unsupported_host"
    assert works.mirror.paths() == []
