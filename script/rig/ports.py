"""Choose and judge TCP ports on the loopback address."""

import asyncio
import random
import socket
from typing import Final

from rig.errors import PortTakenError, RigError

LOOPBACK: Final = "127.0.0.1"


#: Below what systems give to connections of their own (Linux: from 32768): whoever restarts on
#: its port must not find it taken by somebody's connection.
_FREE: Final = range(15_000, 32_000)

_handed_out: Final[set[int]] = set()


def free_port() -> int:
    """Return a TCP port that nothing listens on and that was not returned before."""
    while True:
        port = random.choice(_FREE)  # noqa: S311 - so that several at once seldom choose the same
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        if port not in _handed_out:
            _handed_out.add(port)
            return port


def claim_port(port: int, purpose: str) -> int:
    """Return `port`, or a free one for 0; raise PortTakenError when something listens there."""
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            raise RigError(f"Port {port} for {purpose} needs root; choose one above 1023") from None
        except OSError:
            raise PortTakenError(port, purpose) from None
    return port


async def accepts(port: int) -> bool:
    """Tell whether something accepts connections on a loopback port."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(LOOPBACK, port), 2)
    except OSError, TimeoutError:
        return False
    writer.close()
    return True
