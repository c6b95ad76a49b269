"""Start a house full of props, machines and routers to look at and play with, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import fcntl
from pathlib import Path
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Final

from rig.card import why_no_card
from rig.check import check
from rig.dashboard import CONFIGURATION, write_dashboard
from rig.errors import PortTakenError, RigError
from rig.forge import PURPOSE as FORGE
from rig.hass import RESTART_CODE
from rig.makers import demo_makers
from rig.places import DEMO, MARK
from rig.props import PLACES, demo_props
from rig.routers import demo_routers
from rig.smithy import Smithy, why_no_forge
from rig.stage import Stage
from rig.stage_machines import StageMachines
from rig.welcome import welcome
from rig.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS: Final = {
    "Home Assistant": "--port",
    "the MQTT broker": "--mqtt-port",
    "the page with the boards": "--board-port",
    FORGE: "--forge-port",
}
HIGHEST_PORT: Final = 65535


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--port", type=port, default=8123, help="Home Assistant's port (8123)")
    parser.add_argument("--mqtt-port", type=port, default=1884, help="the broker's port (1884)")
    parser.add_argument(
        "--board-port", type=port, default=8124, help="port of the page with the boards (8124)"
    )
    parser.add_argument("--forge-port", type=port, default=8125, help="the Forge's port (8125)")
    parser.add_argument(
        "--card",
        action="store_true",
        help="let the Forge write to a card that is a file in the folder (as root, on Linux)",
    )
    parser.add_argument("--dir", type=Path, default=DEMO, help="where it keeps its files")
    parser.add_argument("--keep", action="store_true", help="go on with what the folder holds")
    parser.add_argument("--lang", choices=sorted(PLACES), default="en", help="language (en)")
    parser.add_argument(
        "--check", action="store_true", help="run a story end to end, print a table, and end"
    )
    options = parser.parse_args()
    ports = {options.port, options.mqtt_port, options.board_port, options.forge_port}
    if len(ports) < len(FLAGS):
        parser.error(f"{', '.join(FLAGS.values())} need a port each")
    if options.card and (reason := why_no_card()):
        parser.error(f"--card: {reason}")
    return options


def port(text: str) -> int:
    """Read a port number."""
    number = int(text)
    if not 1 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to {HIGHEST_PORT}")
    return number


@contextlib.contextmanager
def own_folder(folder: Path, *, keep: bool) -> Iterator[None]:
    """Hold the demo's folder, emptied unless it is to be kept; only a demo's is ever emptied.

    Raises RigError when another demo runs in it, or when it is not a demo's at all.
    """
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise RigError(f"{folder} holds files that are not the demo's; choose another --dir")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / MARK).open("a", encoding="utf-8") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RigError(
                f"Another demo runs in {folder}; stop it, or choose another --dir"
            ) from None
        mark.truncate(0)
        for part in folder.iterdir():
            if keep or part.name == MARK:
                continue
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part)
            else:
                part.unlink()
        try:
            yield
        finally:
            mark.truncate(0)


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, flush=True)


async def demo(options: argparse.Namespace) -> None:
    """Start everything and keep it running."""
    no_forge = why_no_forge()
    workshop = Workshop(
        demo_props(options.lang),
        folder=options.dir,
        port=options.port,
        mqtt_port=options.mqtt_port,
        language=options.lang,
        configuration=CONFIGURATION,
        makers=demo_makers(options.lang),
        smithy=None if no_forge else smithy(options),
        say=lambda part: say(f"Starting {part}"),
    )
    makerspace = workshop.makerspace
    machines = StageMachines(makerspace.makers, makerspace.readers) if makerspace else None
    stage = Stage(
        workshop.boards,
        home=workshop.hass.url,
        language=options.lang,
        port=options.board_port,
        machines=machines,
    )
    async with workshop:
        try:
            await write_dashboard(workshop)
            await stage.start()
            (options.dir / MARK).write_text(stage.url, encoding="utf-8")
            say(welcome(workshop, stage, no_forge, folder=options.dir))
            await keep_running(workshop)
        finally:
            say("\nStopping …")
            await stage.close()


def smithy(options: argparse.Namespace) -> Smithy:
    """Return the Forge that the command line asks for."""
    return Smithy(
        demo_routers(options.lang),
        folder=options.dir / "forge",
        port=options.forge_port,
        card=options.card,
    )


async def keep_running(workshop: Workshop) -> None:
    """Wait for ever; start Home Assistant again when somebody restarts it from its menu."""
    while (code := await workshop.hass.wait_exit()) == RESTART_CODE:
        say("Home Assistant starts again …")
        await workshop.hass.start()
        say("Home Assistant runs again.")
    raise RigError(f"Home Assistant ended with code {code}\n{workshop.hass.log_tail()}")


async def until_signal(options: argparse.Namespace) -> int:
    """Run the demo or the check until it ends or a signal comes; return the exit code."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
    if options.check:
        return await check(options.lang)
    with (
        contextlib.suppress(asyncio.CancelledError),
        own_folder(options.dir, keep=options.keep),
    ):
        await demo(options)
    return 0


def main() -> None:
    """Run the command."""
    options = arguments()
    try:
        code = asyncio.run(until_signal(options))
    except PortTakenError as error:
        flag = FLAGS.get(error.purpose, "--port")
        sys.exit(f"{error}. Choose another with {flag}, for example {flag} {error.port + 100}.")
    except (RigError, OSError) as error:
        sys.exit(str(error))
    except asyncio.CancelledError:
        sys.exit("Stopped before the end.")
    sys.exit(code)


if __name__ == "__main__":
    main()
