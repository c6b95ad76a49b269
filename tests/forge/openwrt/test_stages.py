"""How far a build is while `make` runs: in percent while packages are installed, and only then."""

from itertools import pairwise

import pytest

from forge.jobs import context, events
from forge.jobs.states import State
from rig.openwrt.releases import APK, OPKG_ZST, Release
from tests.forge.openwrt.conftest import profile
from tests.forge.openwrt.works import Works

#: What an Image Builder names by itself.
IMAGE = ["installing packages", "root file system", "images", "checksums"]


@pytest.mark.parametrize("release", [OPKG_ZST, APK], ids=["opkg", "apk"])
def test_the_packages_that_an_image_gets_are_counted(
    works: Works, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_PROGRESS_EVERY_S", 0.0)  # every line is told
    works.forge.profiles.create(profile(openwrt_release=release.version, packages=["htop"]))
    started = works.forge.builds.start("p1")
    job = works.run(works.forge.jobs.show(started.job_id))
    assert job.state is State.DONE, works.log(job)
    told = [
        (event.data["step"], event.data["percent"])
        for event in events.since(works.forge.store, 0)
        if event.job_id == job.id and event.data.get("state") == State.BUILDING
    ]
    steps = list(dict.fromkeys(step for step, _ in told))
    assert steps == ["packages", "image", *IMAGE]
    counted = [percent for step, percent in told if step == "installing packages"]
    assert counted[0] == 0
    assert all(one < next_ for one, next_ in pairwise(counted))
    facts = works.forge.builds.show(job.id).facts
    assert facts is not None
    assert len(counted) == 1 + len(facts["manifest"])
    assert counted[-1] == 100
    assert {percent for step, percent in told if step != "installing packages"} == {None}
