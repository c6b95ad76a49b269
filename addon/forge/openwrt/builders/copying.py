"""Copies an Image Builder's tree for one job, as that job's user."""

from pathlib import Path
import re
import shutil
from typing import Final

from forge.errors import JobError, Precondition
from forge.jobs.context import Context

#: `make` gets paths of ours; in these it finds nothing to expand.
_PATH: Final = re.compile(r"/[A-Za-z0-9_./+-]*")


def copy(ctx: Context, tree: Path, root: Path) -> Path:
    """Copy a tree; where the disk can, by sharing what does not change. Return the copy.

    Raise Precondition where the data folder's path is nothing for `make`, JobError.
    """
    if not _PATH.fullmatch(str(root)):
        raise Precondition(
            f"data_dir may hold letters, digits and _./+- only: {ctx.settings.data_dir}",
            about="data_dir",
        )
    shutil.rmtree(root, ignore_errors=True)
    ended = ctx.run_process(["cp", "-a", "--reflink=auto", str(tree), str(root)])
    if ended.code:
        raise JobError("The Image Builder could not be copied", about="program")
    return root
