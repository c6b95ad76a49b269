"""`forge profiles`: what images are to hold."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forge.cli import documents, overlays
from forge.cli.output import facts, moment, note, table, write
from forge.cli.session import Session, command
from forge.client import pages
from forge.errors import ForgeError, Invalid
from forge.openwrt.profiles.documents import Format

app = typer.Typer(name="profiles", help="What images are to hold.", no_args_is_help=True)
overlays.add_to(app)

Id = Annotated[str, typer.Argument(metavar="ID", help="The profile's id.")]
Version = Annotated[int | None, typer.Option(min=1, help="One of its versions; the newest.")]
Device = Annotated[str | None, typer.Option(help="Those for a device.")]
Release = Annotated[str | None, typer.Option(help="Those of a release.")]
Target = Annotated[str | None, typer.Option(help="Those for a target.")]
Subtarget = Annotated[str | None, typer.Option(help="Those for a subtarget.")]
Tag = Annotated[list[str] | None, typer.Option(help="Those with this tag; with all, if repeated.")]
Search = Annotated[str | None, typer.Option(help="Those in which these words stand.")]
Update = Annotated[bool, typer.Option("--update", help="Change profiles that are there already.")]
Shared = Annotated[str | None, typer.Option(help="A folder in the Forge's shared folder instead.")]


@command(app, "list")
def list_(
    asked: Session,
    *,
    device: Device = None,
    release: Release = None,
    target: Target = None,
    subtarget: Subtarget = None,
    tag: Tag = None,
    search: Search = None,
) -> None:
    """List profiles that match everything that is said."""
    found = pages.profiles(
        asked.client,
        search=search,
        device_id=device,
        release=release,
        target=target,
        subtarget=subtarget,
        tag=tag,
    )
    asked.show(
        found,
        lambda: table(
            ("id", "name", "release", "target", "board", "version", "tags"),
            (
                (
                    one["profile"]["profile_id"],
                    one["profile"]["name"],
                    one["profile"]["openwrt_release"],
                    f"{one['profile']['target']}/{one['profile']['subtarget']}",
                    one["profile"]["imagebuilder_profile"],
                    one["version"],
                    one["profile"].get("tags") or [],
                )
                for one in found
            ),
            empty="There are no such profiles.",
        ),
    )


@command(app)
def facets(asked: Session) -> None:
    """List what profiles have in common: tags, devices, releases, targets."""
    told = asked.client.get("profile-facets")
    rows = ((kind, one["value"], one["count"]) for kind in told for one in told[kind])
    asked.show(
        told, lambda: table(("kind", "value", "profiles"), rows, empty="There are no profiles.")
    )


@command(app)
def show(asked: Session, *, profile_id: Id, version: Version = None) -> None:
    """Show a profile, as it is now or was at a version."""
    kept = asked.client.get("profiles", profile_id, version=version)

    def people() -> None:
        facts(kept["profile"].items())
        note(f"Version {kept['version']}, {moment(kept['changed_at'])}, digest {kept['digest']}")

    asked.show(kept, people)


@command(app)
def versions(asked: Session, *, profile_id: Id) -> None:
    """List the versions of a profile, newest first."""
    found = asked.client.get("profiles", profile_id, "versions")["versions"]
    asked.show(
        found,
        lambda: table(
            ("version", "changed", "by", "digest"),
            ((v["version"], moment(v["changed_at"]), v["by"], v["digest"][:12]) for v in found),
            empty="There are none.",
        ),
    )


@command(app)
def validate(
    asked: Session, *, file: Annotated[Path, typer.Argument(help="YAML, JSON or TOML.")]
) -> None:
    """Say whether a file holds a profile, and what is wrong with it; nothing is kept."""
    checked = asked.client.post("profile-check", body=documents.read(file))
    if not checked["valid"]:
        raise documents.refused(checked["error"])
    asked.show(checked, lambda: note(f"{file} holds {checked['profile']['profile_id']}."))


@command(app, "import")
def import_(
    asked: Session,
    *,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files, or folders with files of profiles.")
    ] = None,
    update: Update = False,
    pattern: Annotated[str, typer.Option(help="Which files of folders.")] = "*",
    shared: Shared = None,
) -> None:
    """Keep the profiles of files; what is wrong with one keeps no other out."""
    if bool(paths) == bool(shared):
        raise Invalid("Say files and folders, or --shared: one of them", about="usage")
    results: list[dict[str, Any]] = []
    if shared:
        body = {"folder": shared, "pattern": pattern, "update": update}
        results = asked.client.post("profile-import", "folder", body=body)["results"]
    for batch in documents.batches(documents.found(paths or [], pattern)):
        body = {"files": batch, "update": update}
        results += asked.client.post("profile-import", body=body)["results"]
    asked.show({"results": results}, lambda: _imported(results))
    failed = [one for one in results if not one["success"]]
    if failed:
        raise typer.Exit(documents.code_of(failed[0]["error"]))


def _imported(results: list[dict[str, Any]]) -> None:
    for one in results:
        if one["success"]:
            made = "new" if one["created"] else f"version {one['version']}"
            write(f"{one['file']}: {one['profile_id']}, {made}\n")
        else:
            note(f"{one['file']}: {one['error']['code']}: {one['error']['message']}")
    if not results:
        note("There is no file of a profile there.")


@command(app)
def export(
    asked: Session,
    *,
    profile_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Which; all that match, if none.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="A folder here; made if it is missing.")] = None,
    shared: Shared = None,
    written: Annotated[Format, typer.Option("--format", help="How.")] = Format.YAML,
    meta: Annotated[bool, typer.Option("--meta", help="Tell also when they were made.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
    device: Device = None,
    release: Release = None,
    target: Target = None,
    subtarget: Subtarget = None,
    tag: Tag = None,
) -> None:
    """Write profiles: to standard output, or each into a file of a folder."""
    which: dict[str, Any] = {
        "profile_ids": profile_ids or [],
        "device_id": device,
        "release": release,
        "target": target,
        "subtarget": subtarget,
        "tag": tag or [],
    }
    body = {"which": which, "format": written.value, "meta": meta}
    if shared:
        written_there = asked.client.post(
            "profile-export", "folder", body={**body, "folder": shared}
        )
        asked.show(written_there, lambda: write("".join(f"{n}\n" for n in written_there["files"])))
        return
    files = asked.client.post("profile-export", body=body)["files"]
    if to is None:
        if len(files) != 1 and not asked.as_json:
            raise Invalid(f"{len(files)} profiles match: say --to FOLDER, or one id", about="usage")
        asked.show({"files": files}, lambda: write(files[0]["text"]))
        return
    names = documents.keep(files, to, force=force)
    asked.show({"files": names}, lambda: write("".join(f"{name}\n" for name in names)))


@command(app)
def clone(
    asked: Session,
    *,
    profile_id: Id,
    new_id: Annotated[str, typer.Argument(metavar="NEW-ID", help="The copy's id.")],
    name: Annotated[str | None, typer.Option(help="The copy's name.")] = None,
    device: Annotated[str | None, typer.Option(help="The device that it is for.")] = None,
    release: Annotated[str | None, typer.Option(help="The release that it is of.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="The copy's tags.")] = None,
) -> None:
    """Keep a copy of a profile under another id."""
    said = {
        "profile_id": new_id,
        "name": name,
        "device_id": device,
        "openwrt_release": release,
        "tags": tag or None,
    }
    body = {field: value for field, value in said.items() if value is not None}
    kept = asked.client.post("profiles", profile_id, "clone", body=body)
    asked.show(kept, lambda: write(f"{kept['profile']['profile_id']}\n"))


@command(app)
def compare(
    asked: Session,
    *,
    profile_id: Id,
    other: Annotated[str | None, typer.Argument(help="Another profile; itself.")] = None,
    version: Version = None,
    other_version: Annotated[int | None, typer.Option(min=1, help="The other's version.")] = None,
) -> None:
    """Compare a profile with another one, or with another version of itself."""
    found = asked.client.get(
        "profiles",
        profile_id,
        "compare",
        version=version,
        other=other,
        other_version=other_version,
    )["differences"]
    asked.show(
        found,
        lambda: table(
            ("field", "here", "there"),
            ((one["field"], one["left"], one["right"]) for one in found),
            empty="They say the same.",
        ),
    )


@command(app)
def overlay(asked: Session, *, profile_id: Id, version: Version = None) -> None:
    """Show what a profile lays over its image."""
    laid = asked.client.get("profiles", profile_id, "overlay", version=version)
    asked.show(
        laid,
        lambda: table(
            ("path", "kind", "mode", "size", "target"),
            ((e["path"], e["kind"], e["mode"], e["size"], e["target"]) for e in laid["entries"]),
            empty="It lays nothing over its image.",
        ),
    )


@command(app)
def delete(
    asked: Session, *, profile_ids: Annotated[list[str], typer.Argument(metavar="ID...")]
) -> None:
    """Forget profiles that no build needs."""
    deleted: list[str] = []
    try:
        for profile_id in profile_ids:
            asked.client.delete("profiles", profile_id)
            deleted.append(profile_id)
    except ForgeError as error:
        error.facts["deleted"] = deleted
        raise
    asked.show({"deleted": deleted}, lambda: note(f"Forgotten: {', '.join(deleted)}"))
