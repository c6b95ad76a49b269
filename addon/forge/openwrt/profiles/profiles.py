"""Profiles kept: made, changed, found, cloned, compared. Every version stays."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import Conflict, NotFound
from forge.jobs import events
from forge.openwrt.profiles.facts import (
    Counted,
    Difference,
    Facets,
    Kept,
    Version,
    Which,
    differences,
)
from forge.openwrt.profiles.rows import OverlayRow, ProfileRow, TagRow, VersionRow
from forge.openwrt.profiles.schema import Profile, is_line, read
from forge.store.base import now
from forge.store.engine import Store

#: A profile's row and what it says now.
_PRESENT: Final = sa.and_(
    VersionRow.profile_id == ProfileRow.id, VersionRow.version == ProfileRow.version
)
#: Values of one kind that people are offered to filter by.
_MOST_VALUES: Final = 200


class Profiles:
    """All profiles of this Forge."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store

    def create(self, profile: Profile, *, by: str = "", overlay: str | None = None) -> Kept:
        """Keep a new profile, with what was uploaded for another.

        Raise Conflict where its id is taken, NotFound where the upload is gone by now.
        """
        try:
            with self._store.write() as session:
                if session.get(ProfileRow, profile.profile_id) is not None:
                    raise _taken(profile.profile_id)
                if overlay is not None and session.get(OverlayRow, overlay) is None:
                    raise NotFound(
                        "What was uploaded for the other profile went with it: it was deleted"
                        " meanwhile",
                        about="profile",
                    )
                if profile.created_by is None and is_line(by):
                    profile = profile.model_copy(update={"created_by": by})
                row = ProfileRow(id=profile.profile_id, version=1, **_columns(profile))
                session.add(row)
                session.flush()
                return self._keep(session, row, profile, by, "profile.created", overlay=overlay)
        except sa.exc.IntegrityError:  # somebody else made it in between
            raise _taken(profile.profile_id) from None

    def update(self, profile: Profile, *, by: str = "", expected: int | None = None) -> Kept:
        """Keep a new version of a profile; one that says the same is none.

        Who made the profile stays. Raise NotFound, or Conflict where `expected` is not the
        version that it has now.
        """
        with self._store.write() as session:
            row = _row(session, profile.profile_id, lock=True)
            _check_version(row, expected)
            current = _version(session, row.id, row.version)
            maker = current.document.get("created_by")
            profile = profile.model_copy(update={"created_by": maker or profile.created_by})
            if profile.digest == current.digest:
                return _kept(row, current)
            row.version += 1
            row.updated_at = now()
            for column, value in _columns(profile).items():
                setattr(row, column, value)
            return self._keep(session, row, profile, by, "profile.changed", overlay=current.overlay)

    def lay(
        self,
        profile_id: str,
        overlay: str | None,
        *,
        by: str = "",
        expected: int | None = None,
        note: Callable[[Session], None] = lambda _session: None,
    ) -> Kept:
        """Keep a new version that has another uploaded tree, or none. Raise as `update` does.

        `note` keeps what the tree is, in the same transaction.
        """
        with self._store.write() as session:
            row = _row(session, profile_id, lock=True)
            _check_version(row, expected)
            current = _version(session, row.id, row.version)
            note(session)
            if overlay == current.overlay:
                return _kept(row, current)
            row.version += 1
            row.updated_at = now()
            profile = Profile.model_validate(current.document)
            return self._keep(session, row, profile, by, "profile.changed", overlay=overlay)

    def show(self, profile_id: str, version: int | None = None) -> Kept:
        """Return a profile as it is now, or was at a version. Raise NotFound."""
        with self._store.read() as session:
            row = _row(session, profile_id)
            return _kept(row, _version(session, row.id, version or row.version))

    def at(self, version_id: str) -> Kept:
        """Return what a build refers to. Raise NotFound."""
        with self._store.read() as session:
            version = session.get(VersionRow, version_id)
            if version is None:
                raise NotFound(f"No profile has a version {version_id}", about="profile_version")
            return _kept(_row(session, version.profile_id), version)

    def list(
        self,
        which: Which | None = None,
        *,
        after: str = "",
        offset: int = 0,
        limit: int | None = None,
    ) -> list[Kept]:
        """Return profiles by their ids, which all match; ids that are none are left out."""
        with self._store.read() as session:
            found = session.execute(
                sa.select(ProfileRow, VersionRow)
                .join(VersionRow, _PRESENT)
                .where(*_matching(which or Which()), ProfileRow.id > after)
                .order_by(ProfileRow.id)
                .offset(offset)
                .limit(limit)
            )
            return [_kept(row, version) for row, version in found]

    def count(self, which: Which) -> int:
        """Return how many profiles match."""
        query = (
            sa.select(sa.func.count())
            .select_from(ProfileRow)
            .join(VersionRow, _PRESENT)
            .where(*_matching(which))
        )
        with self._store.read() as session:
            return session.scalar(query) or 0

    def facets(self) -> Facets:
        """Return what profiles have in common."""
        target = ProfileRow.target + "/" + ProfileRow.subtarget
        with self._store.read() as session:
            return Facets(
                tags=_counted(session, TagRow.tag),
                devices=_counted(session, ProfileRow.device_id),
                releases=_counted(session, ProfileRow.openwrt_release),
                targets=_counted(session, target),
            )

    def versions(self, profile_id: str) -> Sequence[Version]:
        """Return the versions of a profile, newest first. Raise NotFound."""
        with self._store.read() as session:
            _row(session, profile_id)
            rows = session.execute(
                sa.select(
                    VersionRow.version,
                    VersionRow.id,
                    VersionRow.digest,
                    VersionRow.overlay,
                    VersionRow.by,
                    VersionRow.created_at,
                )
                .where(VersionRow.profile_id == profile_id)
                .order_by(VersionRow.version.desc())
            )
            return [
                Version(
                    version=row.version,
                    version_id=row.id,
                    digest=row.digest,
                    overlay=row.overlay,
                    by=row.by,
                    changed_at=row.created_at,
                )
                for row in rows
            ]

    def delete(self, profile_id: str) -> None:
        """Forget a profile and its versions. Raise NotFound, Conflict while builds need it."""
        try:
            with self._store.write() as session:
                session.delete(_row(session, profile_id, lock=True))
                events.record(session, "profile.deleted", {"profile_id": profile_id})
        except sa.exc.IntegrityError:
            raise Conflict(
                f"{profile_id} has builds, which it explains: delete those first",
                about="in_use",
                profile_id=profile_id,
            ) from None

    def clone(self, profile_id: str, changes: dict[str, Any], *, by: str = "") -> Kept:
        """Keep a copy with another id and other changes. Raise NotFound, Conflict, Invalid."""
        kept = self.show(profile_id)
        document = kept.profile.document()
        document.pop("created_by", None)
        return self.create(read({**document, **changes}), by=by, overlay=kept.overlay)

    def compare(
        self,
        left: tuple[str, int | None],
        right: tuple[str, int | None],
    ) -> Sequence[Difference]:
        """Return what the right one says differently. Raise NotFound."""
        one, other = (self.show(*which) for which in (left, right))
        found = differences(one.profile, other.profile)
        if one.overlay != other.overlay:
            found.append(Difference(field="overlay", left=one.overlay, right=other.overlay))
        return found

    def _keep(
        self,
        session: Session,
        row: ProfileRow,
        profile: Profile,
        by: str,
        event: str,
        *,
        overlay: str | None,
    ) -> Kept:
        """Write a profile's present version and its tags, and tell of it."""
        version = VersionRow(
            id=uuid4().hex,
            profile_id=row.id,
            version=row.version,
            document=profile.document(),
            digest=profile.digest,
            overlay=overlay,
            by=by[:255],
            created_at=row.updated_at,
        )
        session.add(version)
        session.execute(sa.delete(TagRow).where(TagRow.profile_id == row.id))
        session.add_all(
            TagRow(profile_id=row.id, tag=tag) for tag in dict.fromkeys(profile.tags or ())
        )
        events.record(session, event, {"profile_id": row.id, "version": row.version})
        return _kept(row, version)


def _columns(profile: Profile) -> dict[str, str]:
    """Return by what a profile is looked for."""
    return {
        "name": profile.name,
        "device_id": profile.device_id,
        "openwrt_release": profile.openwrt_release,
        "target": profile.target,
        "subtarget": profile.subtarget,
    }


def _matching(which: Which) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on a profile's row."""
    same = {
        ProfileRow.device_id: which.device_id,
        ProfileRow.openwrt_release: which.release,
        ProfileRow.target: which.target,
        ProfileRow.subtarget: which.subtarget,
    }
    conditions = [column == value for column, value in same.items() if value is not None]
    if which.profile_ids:
        conditions.append(ProfileRow.id.in_(which.profile_ids))
    conditions += [
        sa.exists().where(TagRow.profile_id == ProfileRow.id, TagRow.tag == tag)
        for tag in which.tag
    ]
    conditions += [_mentions(word) for word in (which.search or "").lower().split()]
    return conditions


def _mentions(word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a word stands in what people know a profile by."""
    told = (
        *(ProfileRow.id, ProfileRow.name, ProfileRow.device_id, ProfileRow.openwrt_release),
        *(ProfileRow.target + "/" + ProfileRow.subtarget,),
        VersionRow.document["imagebuilder_profile"].as_string(),
    )
    tagged = sa.exists().where(
        TagRow.profile_id == ProfileRow.id,
        sa.func.lower(TagRow.tag).contains(word, autoescape=True),
    )
    return sa.or_(
        *(sa.func.lower(column).contains(word, autoescape=True) for column in told), tagged
    )


def _counted(session: Session, column: sa.ColumnElement[str] | Any) -> list[Counted]:
    many = sa.func.count()
    found = session.execute(
        sa.select(column, many).group_by(column).order_by(many.desc(), column).limit(_MOST_VALUES)
    )
    return [Counted(value=value, count=count) for value, count in found]


def _row(session: Session, profile_id: str, *, lock: bool = False) -> ProfileRow:
    row = session.get(ProfileRow, profile_id, with_for_update=lock or None)
    if row is None:
        raise NotFound(f"There is no profile {profile_id}", about="profile", profile_id=profile_id)
    return row


def _check_version(row: ProfileRow, expected: int | None) -> None:
    """Raise Conflict where a profile is not at the version that somebody looked at."""
    if expected is not None and expected != row.version:
        raise Conflict(
            f"{row.id} is at version {row.version}, not {expected}: look at what was"
            " changed meanwhile",
            about="version",
            version=row.version,
        )


def _version(session: Session, profile_id: str, version: int) -> VersionRow:
    row = session.scalar(
        sa.select(VersionRow).where(
            VersionRow.profile_id == profile_id, VersionRow.version == version
        )
    )
    if row is None:
        raise NotFound(
            f"{profile_id} has no version {version}", about="profile_version", profile_id=profile_id
        )
    return row


def _kept(row: ProfileRow, version: VersionRow) -> Kept:
    return Kept(
        profile=Profile.model_validate(version.document),
        version=version.version,
        version_id=version.id,
        digest=version.digest,
        overlay=version.overlay,
        by=version.by,
        changed_at=version.created_at,
        created_at=row.created_at,
    )


def _taken(profile_id: str) -> Conflict:
    return Conflict(
        f"There is a profile {profile_id} already: update it, or take another id",
        about="profile",
        profile_id=profile_id,
    )
