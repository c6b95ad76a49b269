"""What the desk wants of a ledger."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .facts import Board, Facts, Intervention, Tally, UnknownCard, Use


class Keeping(Protocol):
    """Keep facts for good; each call returns once they are kept, or raises LedgerError."""

    async def load(self) -> Facts:
        """Return all that decisions need."""

    async def tally(self, machine_id: int) -> Tally:
        """Return all that decisions need of one machine's uses and care."""

    async def save_uses(self, uses: Sequence[Use], *, by: str | None = None) -> list[Use]:
        """Keep uses, new (without an id) or changed; `by` is who says so, if no board."""

    async def see_uses(self, seen: Mapping[int, float]) -> None:
        """Keep when open uses were last seen."""

    async def add_interventions(
        self, interventions: Sequence[Intervention], *, by: str | None = None
    ) -> list[Intervention]:
        """Keep interventions; `by` is who says so, if no board."""

    async def saw_unknown_card(self, card: str, machine_id: int, at: float) -> UnknownCard | None:
        """Count a card that nobody knows; None where it is somebody's by now."""

    async def saw_board(self, board: Board) -> None:
        """Keep what a board says of itself."""
