"""Lists that come in pages, read to their end."""

from typing import Any, Final

from forge.client.http import Client

_PAGE: Final = 1000


def profiles(client: Client, **filters: Any) -> list[dict[str, Any]]:
    """Return every profile that matches, by its id."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = client.get("profiles", **filters, after=after, limit=_PAGE)["profiles"]
        found += page
        if len(page) < _PAGE:
            return found
        after = page[-1]["profile"]["profile_id"]
