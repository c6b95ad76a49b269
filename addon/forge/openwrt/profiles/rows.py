"""The tables of profiles."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forge.store.base import Base, now

#: Ids sort by their bytes in every database, whatever its language is.
_ID: Final = sa.String(255).with_variant(sa.VARCHAR(255, collation="C"), "postgresql")


class ProfileRow(Base):
    """A profile as it stands now, by what it is looked for."""

    __tablename__ = "profiles"
    __table_args__ = (
        sa.Index(
            "ix_profiles_openwrt_release_target_subtarget",
            "openwrt_release",
            "target",
            "subtarget",
        ),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(255))
    device_id: Mapped[str] = mapped_column(sa.String(255), index=True)
    openwrt_release: Mapped[str] = mapped_column(sa.String(50))
    target: Mapped[str] = mapped_column(sa.String(100))
    subtarget: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class VersionRow(Base):
    """What a profile said at a time. Never changed: builds refer to it."""

    __tablename__ = "profile_versions"
    __table_args__ = (sa.UniqueConstraint("profile_id", "version"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    profile_id: Mapped[str] = mapped_column(sa.ForeignKey("profiles.id", ondelete="CASCADE"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    #: The tree that was sent for it; no foreign key, as SQLite cannot add one later.
    overlay: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    by: Mapped[str] = mapped_column(sa.String(255), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class OverlayRow(Base):
    """A tree that was sent to be laid over images, by its hash. Never changed."""

    __tablename__ = "overlays"

    hash: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)


class TagRow(Base):
    """A tag that a profile has now."""

    __tablename__ = "profile_tags"

    profile_id: Mapped[str] = mapped_column(
        sa.ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(sa.String(100), primary_key=True, index=True)
