"""`forge mcp`: the Forge for language models."""

from typing import Annotated

import typer

from forge.cli import place
from forge.cli.session import Token, Url


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    app.command(rich_help_panel=panel)(mcp)


def mcp(
    *,
    url: Url = None,
    token: Token = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP, to who has the token.")
    ] = False,
    host: Annotated[str, typer.Option(help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 8471,
) -> None:
    """Serve tools for language models, over standard input and output or over HTTP."""
    from forge.mcp import serving  # noqa: PLC0415 - nothing else needs the protocol's parts

    client = place.client(url, token)
    if http:
        serving.serve_http(client, host=host, port=port, token=client.token)
    else:
        serving.serve_stdio(client)
