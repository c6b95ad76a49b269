"""Connect to a PostgreSQL server, with TLS where it has that.

asyncpg would look for certificates inside the event loop, which must not wait for a disk. The
modes are those of libpq (https://www.postgresql.org/docs/current/libpq-ssl.html), given as
`?ssl=` in an address; without one it is `prefer`.
"""

import asyncio
from importlib import import_module
from pathlib import Path
import ssl
from typing import Any, Final

from .errors import LedgerUnavailable, Place

_PLAIN: Final = "disable"
_PREFER: Final = ("allow", "prefer")
_UNVERIFIED: Final = (*_PREFER, "require")
_VERIFIED: Final = ("verify-ca", "verify-full")
_ROOT: Final = Path(".postgresql", "root.crt")


async def connect(**settings: Any) -> Any:
    """Return a connection; raise what asyncpg raises, LedgerUnavailable for a mode that is none."""
    # Here and not above: only who keeps the ledger on a server needs it, and pays for its import.
    asyncpg = await asyncio.to_thread(import_module, "asyncpg")
    mode = settings.pop("ssl", _PREFER[-1])
    if mode == _PLAIN:
        return await asyncpg.connect(**settings, ssl=False)
    context = await asyncio.to_thread(_context, mode)
    try:
        return await asyncpg.connect(**settings, ssl=context)
    except ConnectionError as error:
        # One that is no OSError of its own kind tells that the server has no TLS.
        if mode not in _PREFER or type(error) is not ConnectionError:
            raise
    return await asyncpg.connect(**settings, ssl=False)


def _context(mode: str) -> ssl.SSLContext:
    """Return how to speak TLS. Blocks: it reads certificates."""
    if mode in _UNVERIFIED:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if mode not in _VERIFIED:
        raise LedgerUnavailable("There is no such mode of TLS", place=Place.ADDRESS)
    root = Path.home() / _ROOT
    context = ssl.create_default_context(cafile=str(root) if root.is_file() else None)
    context.check_hostname = mode == _VERIFIED[-1]
    return context
