"""Which rooms there are: where each registers its jobs and keeps its tables."""

from importlib import import_module
from typing import Final

#: Modules that register kinds of jobs when they are imported.
JOBS: Final = (
    "forge.jobs.tidy",
    "forge.flash.jobs",
    "forge.openwrt.builders.jobs",
    "forge.openwrt.builds.jobs",
    "forge.openwrt.builds.batch",
)
#: Modules with tables.
TABLES: Final = (
    "forge.jobs.rows",
    "forge.openwrt.profiles.rows",
    "forge.openwrt.rows",
    "forge.flash.rows",
)


def load() -> None:
    """Import what registers itself; workers need no more than this."""
    for module in (*TABLES, *JOBS):
        import_module(module)
