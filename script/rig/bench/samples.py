"""What was measured so far, by measure."""

from collections import defaultdict

from rig.bench.figures import Figure


class Samples(defaultdict[str, list[float]]):
    """The samples of one side."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__(list)

    def figure(self, measure: str) -> Figure | None:
        """Return what a measure came to, None when it was not taken."""
        return Figure.of(self[measure]) if self.get(measure) else None
