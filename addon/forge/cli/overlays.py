"""`forge profiles upload` and its kin: what lies over images, sent from here and fetched."""

from pathlib import Path
import tarfile
import tempfile
from typing import Annotated, Any

import typer

from forge.cli.output import note, write
from forge.cli.session import Session, command
from forge.client.files import download as fetch
from forge.client.http import at
from forge.errors import Invalid

Id = Annotated[str, typer.Argument(metavar="ID", help="The profile's id.")]
Expected = Annotated[int | None, typer.Option(min=1, help="Only if it is at this version.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for one in (upload, put, take_away, restore, download):
        command(app)(one)


def upload(
    asked: Session,
    *,
    profile_id: Id,
    source: Annotated[
        Path, typer.Argument(exists=True, help="A folder, or an archive: tar, tar.gz, tar.xz, zip.")
    ],
    expected: Expected = None,
) -> None:
    """Lay a folder or an archive over a profile, in the place of what was uploaded before."""
    with tempfile.TemporaryDirectory() as name:
        archive = source
        if source.is_dir():
            archive = Path(name, "overlay.tar")
            _pack(source, archive)
        _changed(asked, "PUT", archive, at("profiles", profile_id, "overlay"), expected=expected)


def put(
    asked: Session,
    *,
    profile_id: Id,
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file here.")],
    path: Annotated[str, typer.Argument(help="Where it goes on the device: /etc/banner.")],
    mode: Annotated[str | None, typer.Option(help="Octal; by what the file is, otherwise.")] = None,
    expected: Expected = None,
) -> None:
    """Lay one file over a profile, beside what was uploaded before."""
    address = at("profiles", profile_id, "overlay", "file")
    _changed(asked, "PUT", source, address, path=path, mode=mode, expected=expected)


def take_away(
    asked: Session,
    *,
    profile_id: Id,
    path: Annotated[str | None, typer.Argument(help="A file or folder of it; all.")] = None,
    expected: Expected = None,
) -> None:
    """Lay nothing over a profile that was uploaded, or not one file or folder of it."""
    address = at("profiles", profile_id, "overlay")
    _changed(asked, "DELETE", None, address, path=path, expected=expected)


def restore(
    asked: Session,
    *,
    profile_id: Id,
    version: Annotated[int, typer.Argument(min=1, help="One of its versions.")],
) -> None:
    """Lay over a profile what was uploaded for an earlier version of it."""
    body = {"version": version}
    _show(asked, asked.client.post("profiles", profile_id, "overlay", "restore", body=body))


def download(
    asked: Session,
    *,
    profile_id: Id,
    to: Annotated[Path | None, typer.Option(help="A file; ID.tar.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Download all that a profile lays over its image, as a tar file."""
    target = to or Path(f"{profile_id}.tar")
    if target.is_dir():
        raise Invalid(f"{target} is a folder: name a file", about="file")
    address = at("profiles", profile_id, "overlay", "archive")
    kept = fetch(asked.client, address, target, sha256=None, force=force)
    asked.show(kept, lambda: write(f"{kept['path']}\n"))


def _pack(folder: Path, archive: Path) -> None:
    """Pack a folder as it is. Raise Invalid for what cannot be read."""
    try:
        with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as packed:
            packed.add(folder, arcname=".")
    except OSError as error:
        named = error.filename or folder
        raise Invalid(f"{named} cannot be read: {error.strerror or error}", about="file") from None


def _changed(
    asked: Session, method: str, file: Path | None, address: str, **query: str | int | None
) -> None:
    _show(asked, asked.client.ask(method, address, query, file=file))


def _show(asked: Session, kept: dict[str, Any]) -> None:
    asked.show(kept, lambda: note(f"{kept['profile']['profile_id']}, version {kept['version']}"))
