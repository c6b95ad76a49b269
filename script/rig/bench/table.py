"""The report of a benchmark: rows with a target, as a plain table and as JSON."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rig.bench.figures import Figure

HEADINGS: Final = ("measure", "ours", "core", "floor", "ratio", "target", "")
_PEERS: Final = {"core", "floor"}
_TEXTS: Final = {"measure", "target"}


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for our figure: at most (or at least) `times` the peer's, or a plain number."""

    times: float
    of: str = "core"
    least: bool = False

    def text(self, unit: str) -> str:
        """Return the bound as people read it."""
        sign = "≥" if self.least else "≤"
        if self.of == "number":
            return f"{sign} {self.times:g} {unit}"
        return f"{sign} {self.times:g} x {self.of}"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both sides; `digits` after the point when printed."""

    name: str
    unit: str
    ours: Figure | None = None
    core: Figure | None = None
    floor: Figure | None = None
    targets: tuple[Target, ...] = ()
    digits: int = 0

    @property
    def ratio(self) -> float | None:
        """Return our median over core's, or the floor's where there is no core."""
        peer = self.core or self.floor
        if self.ours is None or peer is None or not peer.median:
            return None
        return self.ours.median / peer.median

    def misses(self) -> list[Target]:
        """Return the targets that our median misses; an unmeasured side misses none."""
        missed = []
        for target in self.targets:
            bound = self._bound(target)
            if self.ours is None or bound is None:
                continue
            ok = self.ours.median >= bound if target.least else self.ours.median <= bound
            if not ok:
                missed.append(target)
        return missed

    def _bound(self, target: Target) -> float | None:
        """Return the number a target comes to."""
        if target.of == "number":
            return target.times
        peer = self.core if target.of == "core" else self.floor
        return None if peer is None else target.times * peer.median

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table shows it."""
        judged = [t for t in self.targets if self.ours is not None and self._bound(t) is not None]
        verdict = "" if not judged else "MISS" if self.misses() else "ok"
        return (
            f"{self.name} [{self.unit}]",
            self._figure(self.ours),
            self._figure(self.core),
            self._figure(self.floor),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            ", ".join(target.text(self.unit) for target in self.targets),
            verdict,
        )

    def _figure(self, figure: Figure | None) -> str:
        """Return a median, and its range where there were several samples."""
        if figure is None:
            return ""
        text = f"{figure.median:.{self.digits}f}"
        if figure.samples > 1:
            text += f" ({figure.least:.{self.digits}f}-{figure.most:.{self.digits}f})"
        return text

    def record(self) -> dict[str, Any]:
        """Return the row as JSON keeps it."""
        figures = {"ours": self.ours, "core": self.core, "floor": self.floor}
        return {
            "measure": self.name,
            "unit": self.unit,
            "ratio": self.ratio,
            "targets": [target.text(self.unit) for target in self.targets],
            "missed": [target.text(self.unit) for target in self.misses()],
            **{
                side: {
                    "median": figure.median,
                    "least": figure.least,
                    "most": figure.most,
                    "samples": figure.samples,
                }
                for side, figure in figures.items()
                if figure is not None
            },
        }


def table(rows: Sequence[Row]) -> str:
    """Return rows as an aligned plain table; peers that nobody measured are left out."""
    cells = [row.cells() for row in rows]
    shown = [
        column
        for column, heading in enumerate(HEADINGS)
        if heading not in _PEERS or any(line[column] for line in cells)
    ]
    lines = [[line[column] for column in shown] for line in (HEADINGS, *cells)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if HEADINGS[column] in _TEXTS else cell.rjust(width)
            for column, cell, width in zip(shown, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
