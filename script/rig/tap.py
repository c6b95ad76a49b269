"""Hold a card to a machine's reader in the demo that runs, or list machines and cards."""

import argparse
import asyncio
from http import HTTPStatus
from pathlib import Path
import sys
from typing import Any

import aiohttp

from rig.errors import RigError
from rig.places import DEMO, MARK


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/tap", description=__doc__)
    parser.add_argument("machine", nargs="?", type=int, help="number of the machine")
    parser.add_argument("card", nargs="?", help="whose card (ada), unknown, or 8 hex digits")
    parser.add_argument("--hold", action="store_true", help="hold the card for 10 seconds")
    parser.add_argument("--dir", type=Path, default=DEMO, help="the demo's folder")
    options = parser.parse_args()
    if (options.machine is None) != (options.card is None):
        parser.error("give a machine and a card, as in: script/tap 1 ada")
    return options


def stage_url(folder: Path) -> str:
    """Return the address of the stage of the demo that runs in a folder."""
    try:
        url = (folder / MARK).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        url = ""
    if not url:
        raise RigError(f"No demo runs in {folder}; start it with script/demo")
    return url


async def tap(options: argparse.Namespace) -> None:
    """Do what the command line says, and print what the display shows afterwards."""
    url = stage_url(options.dir)
    async with aiohttp.ClientSession() as session:
        try:
            if options.machine is None:
                async with session.get(f"{url}/api/machines") as answer:
                    print(listed(await answer.json()))
                return
            body = {"card": options.card, "hold": options.hold}
            async with session.post(
                f"{url}/api/machines/{options.machine}/tap", json=body
            ) as answer:
                said = await answer.json()
                if answer.status != HTTPStatus.OK:
                    raise RigError(said["error"])
        except aiohttp.ClientConnectionError:
            raise RigError(f"No demo answers at {url}; start it with script/demo") from None
    print(shown(said))


def listed(makerspace: dict[str, Any]) -> str:
    """Return the machines as they are, and the cards that can be held to them."""
    lines = [f"{one['id']}  {one['name']}\n{shown(one)}" for one in makerspace["machines"]]
    lines.append("Cards:")
    lines += [
        f"    {card['key']:8} {card.get('name', '')} {card.get('about', '')}".rstrip()
        for card in makerspace["cards"]
    ]
    return "\n".join(lines)


def shown(machine: dict[str, Any]) -> str:
    """Return what a machine's board shows."""
    if not machine["power"]:
        return "    its board has no power"
    if "error" in machine:
        return f"    {machine['error']}"
    rows = [f"    [{row:16}]" for row in machine["rows"]]
    return "\n".join([*rows, f"    power {'on' if machine['relay'] else 'off'}"])


def main() -> None:
    """Run the command."""
    try:
        asyncio.run(tap(arguments()))
    except RigError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
