"""What is told of Image Builders."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from forge.openwrt.builders.states import BuilderState
from forge.openwrt.rows import BuilderRow


class Builder(BaseModel):
    """An Image Builder as it stands."""

    model_config = ConfigDict(from_attributes=True)

    release: str
    target: str
    subtarget: str
    state: BuilderState
    archive: str | None = None
    sha256: str | None = Field(None, description="of the archive, as published and checked")
    signature: str | None = Field(
        None, description="`verified`, `unsigned`, `unknown_key` or `unchecked`"
    )
    revision: str | None = None
    size: int | None = Field(None, description="bytes, unpacked")
    here: bool = Field(description="it is unpacked on the Forge's own host")
    builds: int = Field(description="builds that were made with it, or wait for it")
    problem: dict[str, Any] | None = None
    checked_at: datetime | None = None
    used_at: datetime | None = None


class Pruned(BaseModel):
    """What pruning deletes, and what it leaves."""

    pruned: list[Builder]
    kept: list[Builder] = Field(description="asked for, but builds need them: only with `force`")
    freed: int = Field(description="bytes")


def builder_of(row: BuilderRow, *, here: bool, builds: int) -> Builder:
    """Return what is told of a row."""
    columns = {name: getattr(row, name) for name in Builder.model_fields if hasattr(row, name)}
    return Builder.model_validate({**columns, "here": here, "builds": builds})
