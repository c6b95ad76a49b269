"""The tables of Image Builders and of what they built."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forge.store.base import Base, now


class BuilderRow(Base):
    """The Image Builder of one place, as it was published last."""

    __tablename__ = "builders"
    __table_args__ = (sa.UniqueConstraint("release", "target", "subtarget"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    release: Mapped[str] = mapped_column(sa.String(50))
    target: Mapped[str] = mapped_column(sa.String(100))
    subtarget: Mapped[str] = mapped_column(sa.String(100))
    state: Mapped[str] = mapped_column(sa.String(16))
    archive: Mapped[str | None] = mapped_column(sa.String(255))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    signature: Mapped[str | None] = mapped_column(sa.String(16))
    revision: Mapped[str | None] = mapped_column(sa.String(64))
    epoch: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: What `make info` told, and the feeds that it takes packages from.
    info: Mapped[dict[str, Any] | None]
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    problem: Mapped[dict[str, Any] | None]
    checked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class BuildRow(Base):
    """One build. Its id is its job's, whose parameters say what was asked for."""

    __tablename__ = "builds"

    id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id"), primary_key=True)
    version_id: Mapped[str | None] = mapped_column(sa.ForeignKey("profile_versions.id"), index=True)
    profile_id: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    builder_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("builders.id", ondelete="SET NULL"), index=True
    )
    release: Mapped[str] = mapped_column(sa.String(50))
    #: None until everything is known that the image depends on.
    key: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    #: What a client of the ASU protocol knows it by.
    request_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    #: The build whose images these are, where they had been built before.
    same_as: Mapped[str | None] = mapped_column(sa.ForeignKey("builds.id"), index=True)
    #: What it was built by and of: revision, archive, packages, arguments.
    facts: Mapped[dict[str, Any] | None]
    built_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class ArtifactRow(Base):
    """A file that a build left; the job keeps it under its name."""

    __tablename__ = "artifacts"
    __table_args__ = (sa.UniqueConstraint("build_id", "name"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    build_id: Mapped[str] = mapped_column(sa.ForeignKey("builds.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(255))
    type: Mapped[str] = mapped_column(sa.String(64), index=True)
    filesystem: Mapped[str | None] = mapped_column(sa.String(32))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    card: Mapped[bool]
