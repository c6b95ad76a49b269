"""How far `make image` is: by the steps that it names, and by the packages that it installs."""

import re
from typing import Final

from forge.jobs.context import Context

#: What an Image Builder's Makefile says as it goes on, and what that step is called here.
_STAGES: Final = {
    b"Installing packages...": "installing packages",
    b"Finalizing root filesystem...": "root file system",
    b"Building images...": "images",
    b"Calculating checksums...": "checksums",
}
_INSTALLS: Final = "installing packages"
#: The step in which `make image` begins, and those that it names itself.
OF_THE_IMAGE: Final = frozenset({"image", *_STAGES.values()})
#: A line of opkg, or of apk, which counts by itself what one call of it installs.
_INSTALLING: Final = re.compile(rb"(?:\(\d+/\d+\) )?Installing (\S+) \(")


class Stages:
    """Tell the stages of one run; how many packages an image gets is known before."""

    def __init__(self, ctx: Context, packages: int) -> None:
        """Begin with nothing heard."""
        self._ctx = ctx
        self._packages = packages
        self._stage: str | None = None
        self._installed: set[bytes] = set()

    def hear(self, output: bytes) -> None:
        """Take some lines of output."""
        for line in output.splitlines():
            if (stage := _STAGES.get(line.strip())) is not None:
                self._stage = stage
                self._ctx.progress(0.0 if stage == _INSTALLS else None, stage)
            elif self._stage == _INSTALLS and (matched := _INSTALLING.match(line)):
                self._installed.add(matched[1])
                part = len(self._installed) / max(self._packages, 1)
                self._ctx.progress(100 * min(part, 1.0))
