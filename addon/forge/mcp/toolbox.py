"""The tools put together: what a model may do with a Forge."""

from typing import Any, Final

from mcp.server import MCPServer
from mcp_types import ToolAnnotations

from forge import VERSION
from forge.client.http import Client
from forge.mcp.builds import BuildTools
from forge.mcp.cards import CardTools
from forge.mcp.looking import LookingTools
from forge.mcp.results import told

_INSTRUCTIONS: Final = (
    "Builds OpenWrt images of profiles, and writes them to cards. Every result has `success`;"
    " where it is false, `error` has a stable code, a message and facts. What takes long is a"
    " job: where a tool returns one that has not finished, ask get_job again. A card is only ever"
    " overwritten by its plan's token, after a person has looked at that plan: never choose a"
    " device yourself."
)
_READS: Final = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDS: Final = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)
_DESTROYS: Final = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False
)


def server(client: Client) -> MCPServer[Any]:
    """Return a server of tools that ask a Forge."""
    look, build, card = LookingTools(client), BuildTools(client), CardTools(client)
    made: MCPServer[Any] = MCPServer(
        "atelier-forge",
        title="Atelier Forge",
        instructions=_INSTRUCTIONS,
        version=VERSION,
        log_level="WARNING",
    )
    for annotations, tools in (
        (
            _READS,
            (
                *(look.list_profiles, look.get_profile, look.list_builders, look.search_packages),
                *(look.get_job, build.list_builds, build.get_build, build.list_artifacts),
                card.list_cards,
            ),
        ),
        (_ADDS, (build.build_image, build.build_images_batch)),
        (_DESTROYS, (card.flash_artifact,)),
    ):
        for tool in tools:
            made.add_tool(told(tool), annotations=annotations)
    return made
