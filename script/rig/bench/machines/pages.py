"""How long pages of the list of uses take, over the WebSocket that the panel uses."""

from datetime import UTC, datetime, timedelta
import time
from typing import TYPE_CHECKING, Any

from rig.bench.machines.seeding import surname
from rig.errors import RigError

if TYPE_CHECKING:
    from rig.bench.machines.plan import Makerspace
    from rig.hass import HomeAssistant


def questions(makerspace: Makerspace) -> dict[str, dict[str, Any]]:
    """Return what is asked for, by the name of the measure."""
    month = datetime.now(UTC) - timedelta(days=60)
    return {
        "first": {},
        "member": {"member_id": makerspace.members // 2},
        "machine": {"machine_id": makerspace.machines // 2},
        "period": {
            "since": month.isoformat(),
            "until": (month + timedelta(days=30)).isoformat(),
        },
        "deep": {"offset": makerspace.uses // 2},
        "search": {"search": surname(makerspace.members // 3)},
    }


async def page_ms(hass: HomeAssistant, question: dict[str, Any], times: int) -> list[float]:
    """Return the ms of each time that a page was asked for; raise RigError for an empty one."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        answer = await hass.act("atelier.list_uses", question, response=True)
        taken.append((time.perf_counter() - begin) * 1e3)
        if not answer["uses"]:
            raise RigError(f"There is no use on the page {question}")
    return taken
