"""Run a story through a whole workshop and print what was expected and what was seen."""

from pathlib import Path
import tempfile
import time

from rig.card import why_no_card
from rig.makers import demo_makers
from rig.props import demo_props
from rig.routers import demo_routers
from rig.smithy import Smithy, why_no_forge
from rig.story import Story, StoryError
from rig.tale import Tale
from rig.tale_forge import ForgeTale
from rig.tale_machines import MachineTale
from rig.workshop import Workshop


async def check(language: str) -> int:
    """Tell the story on free ports in a temporary folder; return 0 when all of it came true."""
    began = time.monotonic()
    story = Story()
    with tempfile.TemporaryDirectory(prefix="atelier-check-") as folder:
        workshop = Workshop(
            demo_props(language)[:2],
            folder=Path(folder),
            language=language,
            makers=demo_makers(language, weeks=0),
            smithy=smithy(language, Path(folder) / "forge"),
        )
        story.begin()
        try:
            await tell(story, workshop)
        except StoryError as error:
            print(f"\n{error}\n\n{logs(workshop)}")
        finally:
            await workshop.close()
    passed = sum(step.passed for step in story.steps)
    failed = len(story.steps) - passed
    print(f"\n{passed} passed, {failed} failed, in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def smithy(language: str, folder: Path) -> Smithy | None:
    """Return a Forge for the story; None, and a line that says why, where there can be none."""
    if reason := why_no_forge():
        print(f"The Forge is left out: {reason}")
        return None
    return Smithy(
        demo_routers(language, lists=2),
        folder=folder,
        card=why_no_card() is None,
    )


def logs(workshop: Workshop) -> str:
    """Return what the parts said last, without what core says of itself."""
    house = [line for line in workshop.hass.log().splitlines() if "atelier" in line]
    parts = ["Home Assistant on Atelier:", *(f"    {line}" for line in house[-20:])]
    for board_id, board in workshop.boards.items():
        parts += [f"{board_id}:", board.log_tail(10)]
    if workshop.smithy is not None:
        parts += ["The Forge:", workshop.smithy.forge.log_tail()]
    return "\n".join(parts)


async def tell(story: Story, workshop: Workshop) -> None:
    """Tell the story step by step."""

    async def start() -> str:
        await workshop.start()
        return f"Home Assistant started in {workshop.hass.start_s:.1f} s"

    await story.tell("start broker, hass, boards, Forge", "all run", start(), timeout_s=120)
    tale, machines = Tale(workshop), MachineTale(workshop)
    for name, expected, happening in (
        ("the coffins announce themselves", "all entities have states", tale.appear),
        ("somebody walks past coffin-1", "motion sensor on within 2 s", tale.walk_past),
        ("the coffin jumps", "state action, solenoid on", tale.jump),
        ("the solenoid is let go", "off in at most 15.5 s, armed again", tale.let_go),
        ("the counter", "one more than before", tale.count),
        ("volume set to 12 in Home Assistant", "the board plays music at 12", tale.set_volume),
        ("armed switched off, then trigger", "refused, named prop and reason", tale.refuse),
        ("armed switched on", "state armed", tale.arm),
        ("triggered too soon", "refused with the time that is left", tale.wait_lockout),
        ("action atelier.trigger with volume 8", "ok, solenoid on, volume 8", tale.trigger),
        ("the track ends", "solenoid off, armed, volume 12 again", tale.track_end),
        ("Leo holds his card to the laser", "refused, event with the reason", machines.refuse),
        ("an unknown card at the drill", "offered to be given to somebody", machines.meet_card),
        ("Ada holds her card to the laser", "machine in use, power on", machines.log_in),
        ("the broker restarts", "both back, a command works", tale.restart_broker),
        ("Home Assistant restarts", "all entities back, same counter", tale.restart_hass),
        ("Ada's use", "lasts over both restarts", machines.go_on),
        ("Ada holds her card again", "power off, every second counted", machines.log_out),
        ("a board nobody knows", "repair, adopted as a machine", machines.adopt),
        ("care is due, staff holds the card", "members wait, care recorded", machines.care),
        ("power cut at coffin-1", "unavailable", tale.cut_power),
        ("power back", "available, volume kept, solenoid off", tale.power_on),
        ("both jump, action atelier.stop_all", "both solenoids off", tale.stop_all),
    ):
        await story.tell(name, expected, happening())
    await machines.close()
    if workshop.smithy is not None:
        await tell_of_forge(story, ForgeTale(workshop))


async def tell_of_forge(story: Story, forge: ForgeTale) -> None:
    """Tell what happens at the Forge."""
    for name, expected, happening in (
        ("a Forge beside Home Assistant", "connected, an update is offered", forge.appear),
        ("the garden router's build button", "progress, log and event done", forge.build),
        ("its image is downloaded and opened", "the package and the hostname", forge.open_image),
        ("the same again", "answered at once, nothing built", forge.build_again),
        (
            "the access point's update installed",
            "newest OpenWrt in the image",
            forge.install_update,
        ),
        ("a package that there is not", "refused, named cause", forge.refuse),
        ("the image goes to a card", "planned, written, read back", forge.write_card),
    ):
        await story.tell(name, expected, happening())
    await forge.close()
