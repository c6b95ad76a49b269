"""Why a prop did not do what it was told."""

from enum import StrEnum


class Failure(StrEnum):
    """Name the ways in which a command fails; each has its sentence in the translations."""

    BROKER = "broker_disconnected"
    OFFLINE = "prop_offline"
    TIMEOUT = "no_answer"
    UNPROVEN = "not_confirmed"
    REFUSED = "refused"
    UNKNOWN_ACTION = "unknown_action"
    BAD_PARAMETER = "bad_parameter"
    STOPPING = "stopping"


class CommandError(Exception):
    """Say which prop failed at which command, and why."""

    def __init__(self, failure: Failure, prop: str, action: str, **facts: str) -> None:
        """Keep the facts as the placeholders of a sentence."""
        self.failure = failure
        self.facts = {"prop": prop, "action": action} | facts
        super().__init__(f"{failure}: {self.facts}")
