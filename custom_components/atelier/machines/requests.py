"""Why a board is not asked to log somebody in or out."""

from enum import StrEnum

from .access import Denial


class Refusal(StrEnum):
    """Name what is missing for a request."""

    NO_MACHINE = "no_machine"
    OFFLINE = "offline"
    NO_MEMBER = "no_member"
    NO_CARD = "no_card"
    NOT_ALLOWED = "not_allowed"


class RequestRefused(Exception):
    """Say that a board is not asked, and why."""

    def __init__(self, refusal: Refusal, denial: Denial | None = None) -> None:
        """Remember the reason; `denial` tells why a member may not use the machine."""
        super().__init__(str(denial or refusal))
        self.refusal = refusal
        self.denial = denial
