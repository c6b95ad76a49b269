"""What is told of profiles: as they are kept, and what has become different."""

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from forge.openwrt.profiles.schema import Line, Profile, ProfileId, Release, Tag, Target


class Kept(BaseModel):
    """A profile at one of its versions."""

    profile: Profile
    version: int = Field(ge=1, description="counts up with each change")
    version_id: str = Field(description="what builds refer to")
    digest: str = Field(description="the sha256 of what the profile says")
    overlay: str | None = Field(None, description="the hash of what was uploaded for it")
    by: str = Field(description="who made this version")
    changed_at: datetime = Field(description="when this version was made")
    created_at: datetime = Field(description="when the profile was")


class Version(BaseModel):
    """One version of a profile."""

    version: int
    version_id: str
    digest: str
    overlay: str | None = None
    by: str
    changed_at: datetime


class Filter(BaseModel):
    """Which profiles: those that match everything that is said."""

    device_id: Line | None = None
    release: Release | None = None
    target: Target | None = None
    subtarget: Target | None = None
    tag: list[Tag] = Field(default=[], max_length=5, description="every one of them")
    search: Line | None = Field(
        default=None, description="words that stand in what it is called, is for, or is tagged"
    )


class Which(Filter):
    """Which profiles, also by their ids."""

    profile_ids: list[ProfileId] = Field(default=[], max_length=1000)


class Counted(BaseModel):
    """A value, and how many profiles have it."""

    value: str
    count: int


class Facets(BaseModel):
    """What profiles have in common, the most common first: what they can be filtered by."""

    tags: list[Counted]
    devices: list[Counted]
    releases: list[Counted]
    targets: list[Counted] = Field(description="target and subtarget, with a / between")


class Difference(BaseModel):
    """A field that two profiles say differently; lists tell what came and went."""

    field: str
    left: JsonValue = None
    right: JsonValue = None
    added: list[JsonValue] | None = None
    removed: list[JsonValue] | None = None


def differences(left: Profile, right: Profile) -> list[Difference]:
    """Return what the right one says differently, in the schema's order."""
    one, other = (_flat(profile) for profile in (left, right))
    found: list[Difference] = []
    for field in dict.fromkeys((*one, *other)):
        before, after = one.get(field), other.get(field)
        if before == after:
            continue
        difference = Difference(field=field, left=before, right=after)
        if isinstance(before, list | None) and isinstance(after, list | None):
            had, has = before or [], after or []
            difference.added = [item for item in has if item not in had]
            difference.removed = [item for item in had if item not in has]
        found.append(difference)
    order = list(Profile.model_fields)
    return sorted(found, key=lambda difference: order.index(difference.field.partition(".")[0]))


def _flat(profile: Profile) -> dict[str, JsonValue]:
    """Return the fields of a document, those of its parts by their full names."""
    flat: dict[str, JsonValue] = {}
    for name, value in profile.document().items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": what for inner, what in value.items()}
        else:
            flat[name] = value
    return flat
