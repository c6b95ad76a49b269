"""What can be set, and from where: command line > environment > options file > defaults."""

from collections.abc import Mapping
from enum import StrEnum
import json
import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from forge.errors import Invalid

#: Where the Supervisor writes an app's options.
OPTIONS_FILE: Final = Path("/data/options.json")
PREFIX: Final = "FORGE_"

Port = Annotated[int, Field(ge=1, le=65535)]
MirrorUrl = Annotated[
    str, Field(max_length=500, pattern=r"^https?://[A-Za-z0-9.\[\]:_-]+(/[A-Za-z0-9._~/+-]*)?$")
]


class Verification(StrEnum):
    """How much of a card is read back after it was written."""

    FULL = "full-hash"
    PREFIX_64 = "prefix-64MiB"
    PREFIX_16 = "prefix-16MiB"
    SKIPPED = "skipped"


class Settings(BaseModel):
    """Everything that a person may set; the field's description is its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(Path("/data"), description="where everything is kept")
    shared_dir: Path | None = Field(
        None,
        description="what profiles lay over images, and folders of profiles; `data_dir/shared`"
        " otherwise",
    )
    database_url: SecretStr | None = Field(
        None,
        description="`postgresql+psycopg://…` to share records and queue with other hosts;"
        " a file in `data_dir` otherwise",
    )
    token: SecretStr | None = Field(
        None,
        min_length=16,
        description="the API's bearer token; one is made in `data_dir/token` otherwise",
    )
    api_host: str = Field("0.0.0.0", description="where the API listens")  # noqa: S104 - a container's own network; every request needs the token
    api_port: Port = Field(8470, description="where the API listens")
    ingress: bool = Field(
        default=False, description="also listen for Home Assistant's ingress, without a token"
    )
    ingress_host: str = Field("0.0.0.0", description="where ingress listens")  # noqa: S104 - as above; only the Supervisor's address is heard
    ingress_port: Port = Field(8099, description="where ingress listens")
    supervisor_address: str = Field(
        "172.30.32.2", description="the only address that ingress is heard from"
    )
    server_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s]+$",
        description="for `forge worker` on another host: where the Forge that keeps files answers",
    )
    build_jobs: int = Field(1, ge=0, le=64, description="heavy jobs at once, in each worker")
    light_jobs: int = Field(3, ge=0, le=64, description="light jobs at once, in each worker")
    queue_limit: int = Field(500, ge=1, le=100_000, description="jobs that may wait")
    body_limit_mb: int = Field(4, ge=1, le=1024, description="largest request body, in MiB")
    log_limit_mb: int = Field(16, ge=1, le=1024, description="largest log of one job, in MiB")
    keep_days: int = Field(90, ge=1, le=3650, description="days that finished jobs are kept")
    job_timeout_s: int = Field(
        3600, ge=10, le=86_400, description="seconds that a job may take, unless its kind says more"
    )
    memory_limit_mb: int = Field(
        4096, ge=64, description="memory that a job's processes may use together, in MiB"
    )
    disk_reserve_mb: int = Field(
        512, ge=16, description="free space below which jobs do not start and are ended, in MiB"
    )
    stop_grace_s: int = Field(
        10,
        ge=1,
        le=300,
        description="seconds a job has to end when it is cancelled",
    )
    lease_s: int = Field(
        20, ge=10, le=600, description="silence after which a worker on another host counts as dead"
    )
    openwrt_mirrors: tuple[MirrorUrl, ...] = Field(
        ("https://downloads.openwrt.org", "https://archive.openwrt.org"),
        min_length=1,
        max_length=10,
        description="servers with OpenWrt's releases, in the order in which they are asked",
    )
    openwrt_rounds: int = Field(
        4, ge=1, le=20, description="times that every mirror is asked before it counts as failed"
    )
    openwrt_stall_s: int = Field(
        30, ge=1, le=600, description="seconds of silence, or of a crawl, that end a download"
    )
    openwrt_signatures: Literal["require", "prefer", "off"] = Field(
        "prefer",
        description="`require` a good signature, `prefer` (refuse bad ones), or `off`",
    )
    openwrt_refresh_s: int = Field(
        3600, ge=0, le=604_800, description="seconds that what a server lists is taken as it was"
    )
    openwrt_repositories: tuple[MirrorUrl, ...] = Field(
        (), max_length=50, description="package feeds that requests may add, with all below them"
    )
    offline: bool = Field(default=False, description="never ask OpenWrt's servers")
    builder_limit_mb: int = Field(
        8192, ge=1, le=1_048_576, description="largest Image Builder, unpacked, in MiB"
    )
    build_timeout_s: int = Field(
        3600, ge=1, le=86_400, description="seconds that `make` may take for one image"
    )
    overlay_limit_mb: int = Field(
        64, ge=1, le=4096, description="largest overlay that is uploaded, unpacked, in MiB"
    )
    overlays_limit_mb: int = Field(
        2048, ge=1, le=1_048_576, description="all uploaded overlays that are kept, in MiB"
    )
    build_user: int = Field(
        59_900,
        ge=0,
        le=2**31,
        description="where the Forge is root: the first of 64 user numbers that jobs' programs run"
        " as, each job's as one of its own; 0 leaves them root",
    )
    flashing: bool = Field(default=False, description="allow images to be written to cards")
    flash_devices: tuple[Path, ...] = Field(
        (),
        max_length=50,
        description="the only devices that may be written, by their paths; with none named,"
        " every card that passes the checks",
    )
    flash_verification: Verification = Field(
        Verification.FULL,
        description="how much of a card is read back: `full-hash`, `prefix-64MiB`,"
        " `prefix-16MiB`, `skipped`",
    )
    flash_plan_s: int = Field(
        600, ge=10, le=86_400, description="seconds in which a plan for a card can be confirmed"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="how much is logged"
    )

    @field_validator("openwrt_mirrors", "openwrt_repositories", "flash_devices", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Take several addresses or paths in one text, as an environment variable holds them."""
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value() if value else ""
        if address and not address.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("must begin with postgresql+psycopg:// or sqlite:///")
        return value

    @property
    def database(self) -> str:
        """Return the address of the database, which may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir}/forge.db"

    @property
    def shared(self) -> Path:
        """Return the folder that people share with the Forge."""
        return self.shared_dir or self.data_dir / "shared"

    def shown(self) -> dict[str, Any]:
        """Return them without secrets, as JSON holds them."""
        return self.model_dump(mode="json")


def load(
    given: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    options_file: Path | None = None,
) -> Settings:
    """Gather the settings. Raise Invalid, naming the setting and where it was set."""
    environment = os.environ if environment is None else environment
    layers = {
        f"options file {(path := options_file or OPTIONS_FILE)}": _options(path),
        "environment": _environment(environment),
        "command line": {k: v for k, v in (given or {}).items() if v is not None},
    }
    merged: dict[str, Any] = {}
    source: dict[str, str] = {}
    for layer, values in layers.items():
        merged |= values
        source |= dict.fromkeys(values, layer)
    try:
        return Settings(**merged)
    except ValidationError as error:
        problems = [
            {"where": f"{source.get(name, 'default')}: {name}", "what": problem["msg"]}
            for problem in error.errors(include_input=False, include_url=False)
            for name in (str(problem["loc"][0]),)
        ]
    told = "; ".join(f"{problem['where']}: {problem['what']}" for problem in problems)
    raise Invalid(f"These settings cannot be used: {told}", about="settings", problems=problems)


def _options(path: Path) -> dict[str, Any]:
    """Read the Supervisor's options file, where there is one; empty values mean unset."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Invalid(
            f"{path} cannot be read: {error}; it must be a JSON object", about="settings"
        ) from None
    if not isinstance(raw, dict):
        raise Invalid(f"{path} must be a JSON object", about="settings")
    return {name: value for name, value in raw.items() if value not in (None, "", [])}


def _environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what FORGE_* variables set; names that mean nothing are refused later."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value
    }
