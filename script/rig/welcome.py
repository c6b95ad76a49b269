"""What the demo tells a person at the terminal when everything runs."""

import shlex
from typing import TYPE_CHECKING

from rig.dashboard import PATH
from rig.forge import TOKEN
from rig.hass_rest import PASSWORD, USER
from rig.places import DEMO

if TYPE_CHECKING:
    from pathlib import Path

    from rig.smithy import Smithy
    from rig.stage import Stage
    from rig.workshop import Workshop


def welcome(workshop: Workshop, stage: Stage, no_forge: str | None, *, folder: Path = DEMO) -> str:
    """Return where everything is and what to do next; `no_forge`: why there is no Forge."""
    smithy = workshop.smithy
    tap = "script/tap" if folder == DEMO else f"script/tap --dir {shlex.quote(str(folder))}"
    return f"""
Everything runs (Home Assistant started in {workshop.hass.start_s:.0f} s).

  Home Assistant   {workshop.hass.url}   (user {USER}, password {PASSWORD})
  Props            {workshop.hass.url}/{PATH}
  Makerspace       {workshop.hass.url}/atelier
  Boards on stage  {stage.url}
  MQTT broker      127.0.0.1:{workshop.broker.port}   (no password, this computer only)
  Forge            {f"{smithy.forge.url}   (token {TOKEN})" if smithy else f"none: {no_forge}"}

Press Trigger in Home Assistant and watch the board, or let somebody walk past.

Hold cards to the machines on the stage, or from another terminal, which also lists them:
  {tap}
  {tap} 1 ada
After three minutes of laser its care is due: log out, and let Sam hold his card for 10 seconds:
  {tap} 1 sam --hold
Members see only what is theirs: log in as ada (password ada), or as sam (password sam),
who instructs, in a private window.
{_at_the_forge(smithy) if smithy else ""}
Ctrl-C stops everything.
"""


def _at_the_forge(smithy: Smithy) -> str:
    """Return what to do with the Forge."""
    access_point, garden = smithy.routers.all
    text = f"""
Build the image of “{garden.name}”, which takes half a minute to watch, or update
“{access_point.name}” to the newest OpenWrt, in Home Assistant or at the Forge itself.
Server and packages are a small OpenWrt of our own: what is built starts no device.
"""
    if smithy.card is not None:
        text += f"{smithy.card.path} is a card to write to: it is the file {smithy.card.file}.\n"
    return text
