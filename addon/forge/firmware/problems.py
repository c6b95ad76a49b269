"""Problems of a bundle: where, what, and what to do, all of them at once."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at a place such as `settings.volume.min`."""

    where: str
    what: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.what}"


class BundleError(Exception):
    """A bundle cannot be used; `problems` says why."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        """Keep the problems of one source file or folder."""
        self.source = source
        self.problems = problems
        super().__init__("\n".join([f"{source}:", *(f"  {problem}" for problem in problems)]))


@dataclass(slots=True)
class Findings:
    """Collect problems while a description is read."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, what))

    def mapping(self, raw: Any, where: str) -> dict[str, Any]:
        """Return an object with text keys; empty, with a problem, where it is none."""
        if raw is None:
            return {}
        if isinstance(raw, dict) and all(isinstance(key, str) for key in raw):
            return raw
        self.add(where, "must be a mapping; write `key: value` lines under it, keys as text")
        return {}

    def only(self, raw: dict[str, Any], allowed: frozenset[str], where: str) -> None:
        """Note keys that mean nothing here."""
        for key in sorted(raw.keys() - allowed):
            self.add(f"{where}.{key}", f"is not known here; known are {', '.join(sorted(allowed))}")
