"""What a person can hand to somebody who helps with a Forge, without handing over secrets."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from .coordinator import Forge


def forge_diagnostics(forge: Forge) -> dict[str, Any]:
    """Return how a Forge stands: nothing of where it is, its token, and people's devices."""
    state = forge.data
    return {
        "up": forge.up,
        "problem": type(forge.last_exception).__name__ if forge.last_exception else None,
        "version": state.version,
        "jobs": [
            {"kind": job.kind, "state": job.state, "step": job.step, "percent": job.percent}
            for job in state.jobs.values()
        ],
        "last": (
            {
                "kind": state.last.kind,
                "state": state.last.state,
                "code": (state.last.error or {}).get("code"),
            }
            if state.last
            else None
        ),
        "profiles": len(state.profiles),
        "releases": dict(Counter(profile.release for profile in state.profiles.values())),
        "builders": [asdict(builder) for builder in state.builders],
        "disk_free": state.disk_free,
        "reserve": state.reserve,
        "stable": state.stable,
    }
