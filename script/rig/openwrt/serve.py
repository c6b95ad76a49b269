"""Serve a small OpenWrt of our own, to try the Forge without a network, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys

from rig.errors import RigError
from rig.openwrt.cache import cached_folder
from rig.openwrt.mirror import Mirror
from rig.openwrt.tools import missing


async def serve(port: int) -> None:
    """Serve until a signal comes; say where."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with cached_folder() as folder:
        async with Mirror(folder, port=port) as mirror:
            keys = mirror.upstream.keys
            releases = ", ".join(one.version for one in mirror.upstream.releases)
            print(
                f"OpenWrt's server  {mirror.url}\n"
                f"its GPG key       {keys.gpg_public} ({keys.gpg_fingerprint})\n"
                f"its usign key     {keys.usign_public}\n"
                f"releases          {releases}",
                flush=True,
            )
            await ended.wait()


def main() -> int:
    """Read the command line, and serve."""
    parser = argparse.ArgumentParser(prog="script/mirror", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port (last time's)")
    options = parser.parse_args()
    if packages := missing():
        print(f"Not everything is there; install {' '.join(packages)}", file=sys.stderr)
        return 1
    try:
        asyncio.run(serve(options.port))
    except RigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
