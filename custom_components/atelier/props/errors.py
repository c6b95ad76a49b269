"""Why a prop did not do what it was told."""

from enum import StrEnum

from ..wire.values import ValueSpec, ValueType


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


def misfit(spec: ValueSpec) -> dict[str, str]:
    """Return what a parameter takes, as facts of a `BAD_PARAMETER`: `misfit` names the sentence."""
    if spec.type is ValueType.CHOICE:
        return {"misfit": spec.type, "options": ", ".join(spec.options)}
    bounds = (spec.minimum, spec.maximum)
    if spec.type not in (ValueType.INT, ValueType.FLOAT) or bounds == (None, None):
        return {"misfit": spec.type}
    least = "-∞" if spec.minimum is None else f"{spec.minimum:g}"
    most = "∞" if spec.maximum is None else f"{spec.maximum:g}"
    return {"misfit": f"{spec.type}_range", "least": least, "most": most}
