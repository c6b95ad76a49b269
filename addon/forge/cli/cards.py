"""`forge cards`: images written to cards, each after a look at what would be overwritten."""

from pathlib import Path
from typing import Annotated, Any

import typer

from forge.cli.asking import typed
from forge.cli.output import facts, moment, note, size, table
from forge.cli.session import Log, Session, Wait, command
from forge.errors import Invalid, Precondition
from forge.settings import Verification

app = typer.Typer(name="cards", help="Images written to cards.", no_args_is_help=True)

Device = Annotated[str, typer.Argument(help="A whole disk, such as /dev/sdb.")]


@command(app, "list")
def list_(asked: Session) -> None:
    """List all disks of the Forge's host, and why one would be refused."""
    found = asked.client.get("flash", "devices")["devices"]
    asked.show(
        found,
        lambda: table(
            ("device", "size", "model", "serial", "by", "mounted", "refused"),
            (
                (
                    one["path"],
                    size(one["size"]),
                    one["model"],
                    one["serial"],
                    one["transport"],
                    one["mounts"],
                    one["refusal"],
                )
                for one in found
            ),
            empty="The Forge sees no disk.",
        ),
    )


@command(app)
def plan(
    asked: Session,
    *,
    device: Device,
    build: Annotated[str | None, typer.Option(help="Write an image of a build.")] = None,
    job: Annotated[str | None, typer.Option(help="Write a file of a job.")] = None,
    file: Annotated[str | None, typer.Option(help="The file's name; a build's only card.")] = None,
    image: Annotated[str | None, typer.Option(help="Write a file of the shared folder.")] = None,
    wipe: Annotated[bool, typer.Option("--wipe", help="Clear the card's ends before.")] = False,
    eject: Annotated[bool, typer.Option("--eject", help="Eject the card after.")] = False,
    verification: Annotated[
        Verification | None, typer.Option(help="How much is read back; as it is set.")
    ] = None,
    log: Log = False,
) -> None:
    """Plan to write an image to a card: tells what would be overwritten, and writes nothing."""
    wish: dict[str, Any] = {
        "image": _image(asked, build=build, job=job, file=file, image=image),
        "device": device,
        "wipe": wipe,
        "eject": eject,
        "verification": verification.value if verification else None,
    }
    made = asked.client.post("flash", "plans", body=wish)
    ended = asked.ended(made["id"], log=log)
    planned = asked.client.get("flash", "plans", ended["result"]["token"])
    asked.show(planned, lambda: _plan(planned, confirm=True))


@command(app)
def write(
    asked: Session,
    *,
    plan_token: Annotated[str, typer.Argument(metavar="TOKEN", help="The plan's.")],
    confirm: Annotated[
        str | None, typer.Option(help="The device's path, typed as the plan tells it.")
    ] = None,
    wait: Wait = True,
    log: Log = False,
) -> None:
    """Overwrite a card as planned, and read it back. What was on it is lost."""
    planned = asked.client.get("flash", "plans", plan_token)
    path = planned["device"]["path"]
    if not asked.as_json:
        _plan(planned, confirm=False)
    typed(
        path,
        f"All that is on {path} will be lost. Type {path} to go on",
        given=confirm,
        as_json=asked.as_json,
    )
    job = asked.client.post("flash", "writes", body={"token": plan_token, "force": True})
    asked.finish(job, lambda result: facts(result.items()), wait=wait, log=log)


@command(app)
def images(
    asked: Session,
    *,
    search: Annotated[str, typer.Argument(help="Words in its name, profile or release.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
) -> None:
    """List images that builds left and that may be written to cards, newest first."""
    found = asked.client.get("card-images", search=search, limit=limit)["images"]
    asked.show(
        found,
        lambda: table(
            ("image", "profile", "release", "size", "job", "built"),
            (
                (
                    *(one["name"], one["profile_id"], one["release"]),
                    *(size(one["size"]), one["job_id"], moment(one["built_at"])),
                )
                for one in found
            ),
            empty="No build left such an image.",
        ),
    )


@command(app)
def eject(asked: Session, *, device: Device) -> None:
    """Flush a card that nobody uses, and eject it where the device can."""
    told = asked.client.post("flash", "eject", body={"device": device})
    done = "It is ejected." if told["ejected"] else "It cannot be ejected; it may be taken out."
    asked.show(told, lambda: note(done))


@command(app)
def records(
    asked: Session,
    *,
    device: Annotated[str | None, typer.Option(help="Those of a device.")] = None,
    before: Annotated[int | None, typer.Option(min=1, help="Older ones than this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
) -> None:
    """List what was written to cards, newest first."""
    found = asked.client.get("flash", "records", device=device, before=before, limit=limit)[
        "records"
    ]
    asked.show(
        found,
        lambda: table(
            ("id", "image", "device", "serial", "status", "read back", "confirmed"),
            (
                (
                    one["id"],
                    one["image_name"],
                    one["device_path"],
                    one["device_serial"],
                    one["status"],
                    one["result"],
                    moment(one["confirmed_at"]),
                )
                for one in found
            ),
            empty="Nothing was written yet.",
        ),
    )


def _image(
    asked: Session, *, build: str | None, job: str | None, file: str | None, image: str | None
) -> dict[str, Any]:
    """Return which image is meant. Raise Invalid, Precondition."""
    if sum(one is not None for one in (build, job, image)) != 1:
        raise Invalid("Say which image: --build, --job or --image, one of them", about="usage")
    if image is not None:
        return {"job_id": None, "name": image}
    if job is not None:
        if file is None:
            raise Invalid("Say which of the job's files: --file", about="usage")
        return {"job_id": job, "name": file}
    made = asked.client.get("builds", build or "")["artifacts"]
    fit = [one for one in made if (one["name"] == file if file else one["card"])]
    if len(fit) != 1:
        names = ", ".join(one["name"] for one in made if one["card"]) or "none"
        raise Precondition(
            f"Say which file of the build with --file. Made for cards: {names}",
            about="not_flashable",
            names=[one["name"] for one in made if one["card"]],
        )
    return {"job_id": fit[0]["job_id"], "name": fit[0]["name"]}


def _plan(planned: dict[str, Any], *, confirm: bool) -> None:
    device, image = planned["device"], planned["image"]
    facts(
        (
            ("device", device["path"]),
            ("size", size(device["size"])),
            ("model", device["model"]),
            ("serial", device["serial"]),
            ("partitions", [one["name"] for one in device["partitions"]]),
            ("image", Path(image["name"]).name),
            ("writes", size(image["size"])),
            ("sha256", image["sha256"]),
            ("wipe", planned["wipe"]),
            ("eject", planned["eject"]),
            ("verification", planned["verification"]),
            ("until", moment(planned["expires_at"])),
        )
    )
    if planned["past_end"]:
        note("The image's partitions end behind the card's end: parts of it will not work.")
    if planned["suspect"]:
        note("This card gave other bytes back before than were written.")
    if confirm:
        note(f"Nothing is written yet. To overwrite the card: forge cards write {planned['token']}")
