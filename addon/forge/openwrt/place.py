"""Which Image Builder: a release, a target and its subtarget, and where the server has it."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from forge.openwrt.profiles.schema import Profile, Release, Target, moves


class Place(BaseModel):
    """One folder of OpenWrt's server: what is built for one target of one release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: Release
    target: Target
    subtarget: Target

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Return the place that a profile is built from."""
        return cls(
            release=profile.openwrt_release, target=profile.target, subtarget=profile.subtarget
        )

    @property
    def moves(self) -> bool:
        """Whether what lies there changes from day to day."""
        return moves(self.release)

    @property
    def folder(self) -> str:
        """Where its files are, below a mirror's address."""
        return f"{release_folder(self.release)}/targets/{self.target}/{self.subtarget}"

    def __str__(self) -> str:
        """Name it for people, and for locks."""
        return f"{self.release}/{self.target}/{self.subtarget}"


def release_folder(release: str) -> str:
    """Return where a release is, below a mirror's address."""
    return "snapshots" if release == "SNAPSHOT" else f"releases/{release}"
