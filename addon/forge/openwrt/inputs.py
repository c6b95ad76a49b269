"""What a job needs besides its parameters: from this disk, or from the Forge that keeps it."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
import shutil
from typing import Final, Protocol, override

from forge.jobs.context import Context
from forge.jobs.files import LocalFiles
from forge.jobs.remote import Home
from forge.openwrt import keys
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builds import keys as own_keys
from forge.openwrt.builds.kept import Checked
from forge.openwrt.builds.lookup import find_hit
from forge.openwrt.entries import Entry
from forge.openwrt.profiles.facts import Kept
from forge.openwrt.shared import Shared
from forge.openwrt.uploads.packing import unpack
from forge.openwrt.uploads.uploads import Uploads
from forge.settings import Settings
from forge.store.engine import Store
from forge.tokens import token

#: Tells the hash of a tree that is sent.
TREE_HASH: Final = "X-Tree-Hash"


class Inputs(Protocol):
    """Where a job has from what others keep."""

    def overlay(self, kept: Kept) -> Sequence[Entry]:
        """Return what a version of a profile lays over its image."""
        ...

    def hit(self, key: str) -> str | None:
        """Return the build with a key whose files are all there."""
        ...

    def trusted(self) -> Path:
        """Return the folder of the public keys whose signatures count."""
        ...

    def have_keys(self, sha256: str) -> None:
        """Have the keys here that an Image Builder made anywhere."""
        ...

    def keep_keys(self, sha256: str, made: Mapping[str, bytes]) -> None:
        """Keep the keys that an Image Builder made, for all hosts."""
        ...

    def share(self, folder: str, names: Sequence[str]) -> None:
        """Copy files that the job keeps into the shared folder."""
        ...


def inputs_of(ctx: Context) -> Inputs:
    """Return where a job has its inputs from."""
    if (server_url := ctx.settings.server_url) is None:
        return Here(ctx.store, ctx.settings, ctx.job_id)
    return There(ctx, server_url)


class Here(Inputs):
    """All is on this disk."""

    def __init__(self, store: Store, settings: Settings, job_id: str) -> None:
        """Look there."""
        self._store = store
        self._settings = settings
        self._job_id = job_id
        self._files = LocalFiles(settings.data_dir)

    @override
    def overlay(self, kept: Kept) -> Sequence[Entry]:
        return Uploads(self._store, self._settings).laid(kept)

    @override
    def hit(self, key: str) -> str | None:
        with self._store.read() as session:
            row = find_hit(session, Checked(self._settings, self._files), key)
            return row.id if row is not None else None

    @override
    def trusted(self) -> Path:
        return keys.folder(self._settings)

    @override
    def have_keys(self, sha256: str) -> None:
        """They are here, if they are anywhere."""

    @override
    def keep_keys(self, sha256: str, made: Mapping[str, bytes]) -> None:
        own_keys.keep(made, Shelf(self._settings).keys(sha256))

    @override
    def share(self, folder: str, names: Sequence[str]) -> None:
        to = Shared(self._settings.shared).folder(folder.lstrip("/"), make=True)
        for name in names:
            coming = to / f".{name}.coming"
            shutil.copyfile(self._files.find(self._job_id, name), coming)
            coming.replace(to / name)


class There(Inputs):
    """Everything comes from the Forge, and is checked."""

    def __init__(self, ctx: Context, server_url: str) -> None:
        """Ask the Forge at an address."""
        self._ctx = ctx
        self._home = Home(server_url, token(ctx.settings))
        self._at = ("jobs", ctx.job_id)

    @override
    def overlay(self, kept: Kept) -> Sequence[Entry]:
        packed = self._ctx.folder / "overlay.tar"
        headers = self._home.fetch(*self._at, "overlay", to=packed)
        with packed.open("rb") as file:
            return unpack(
                file,
                self._ctx.folder / "overlay",
                headers.get(TREE_HASH, ""),
                self._ctx.checkpoint,
            )

    @override
    def hit(self, key: str) -> str | None:
        found: str | None = self._home.ask("GET", *self._at, "inputs", query={"key": key})["hit"]
        return found

    @override
    def trusted(self) -> Path:
        folder = self._ctx.folder / "trusted"
        own_keys.write(plain(self._home.ask("GET", *self._at, "inputs")["trusted"]), folder)
        return folder

    @override
    def have_keys(self, sha256: str) -> None:
        told = self._home.ask("GET", *self._at, "inputs", query={"builder": sha256})
        own_keys.keep(plain(told["builder_keys"]), Shelf(self._ctx.settings).keys(sha256))

    @override
    def keep_keys(self, sha256: str, made: Mapping[str, bytes]) -> None:
        listed = [{"name": name, "body": key} for name, key in coded(made).items()]
        body = {"builder": sha256, "keys": listed}
        self._home.ask("PUT", *self._at, "builder-keys", body=body)
        own_keys.keep(made, Shelf(self._ctx.settings).keys(sha256))

    @override
    def share(self, folder: str, names: Sequence[str]) -> None:
        self._home.ask("POST", *self._at, "share", body={"names": list(names)})


def coded(found: Mapping[str, bytes]) -> dict[str, str]:
    """Return contents as JSON holds them."""
    return {name: base64.b64encode(body).decode() for name, body in found.items()}


def plain(found: Mapping[str, str]) -> dict[str, bytes]:
    """Return contents that came in JSON."""
    return {name: base64.b64decode(body) for name, body in found.items()}
