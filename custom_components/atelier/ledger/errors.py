"""What can go wrong with the ledger.

No message names a person or a card: errors end up in logs.
"""

from enum import StrEnum


class LedgerError(Exception):
    """Tell that the ledger did not do what it was asked."""


class Place(StrEnum):
    """Tell what is wrong with the place where a ledger should be."""

    AWAY = "away"
    ADDRESS = "address"
    LOGIN = "login"
    NO_DATABASE = "no_database"
    NEWER = "newer"


class LedgerUnavailable(LedgerError):
    """Tell that the database cannot be reached or written at the moment.

    Nothing was confirmed. Where the connection broke in the middle of a commit the change
    may be kept all the same; whoever asks again names the same `origin`.
    """

    def __init__(self, message: str = "The database is away", *, place: Place = Place.AWAY) -> None:
        """Remember what is wrong with its place."""
        super().__init__(message)
        self.place = place


class Conflict(LedgerError):
    """Tell that somebody else changed it meanwhile; `version` is what is kept now."""

    def __init__(self, what: str, version: int) -> None:
        """Remember what was changed, and its version now."""
        super().__init__(f"This {what} was changed meanwhile (version {version} is kept)")
        self.what = what
        self.version = version


class Duplicate(LedgerError):
    """Tell that there is one already: `what` names the field, `id` the fact that has it."""

    def __init__(self, what: str, id: int | None = None) -> None:
        """Remember what there is already, and which fact has it."""
        super().__init__(f"There is one with this {what} already")
        self.what = what
        self.id = id


class InUse(LedgerError):
    """Tell that others need it: `by` names what."""

    def __init__(self, what: str, by: str) -> None:
        """Remember what is needed, and by what."""
        super().__init__(f"This {what} is needed by {by}")
        self.what = what
        self.by = by


class Overlap(LedgerError):
    """Tell that a machine was used by somebody else in the same time."""


class Unknown(LedgerError):
    """Tell that there is no such fact; `what` names its kind."""

    def __init__(self, what: str) -> None:
        """Remember what is missing."""
        super().__init__(f"There is no such {what}")
        self.what = what


class Rule(StrEnum):
    """Name the rules that a fact can break by itself."""

    LENGTH = "length"
    RANGE = "range"
    CARD = "card"
    CARD_TWICE = "card_twice"
    ONE_TARGET = "one_target"
    TARGET_TWICE = "target_twice"
    DISPLAY = "display"
    RESERVED = "reserved"
    STAYS = "stays"
    PAGE = "page"
    FILTER = "filter"
    SERVER = "server"


class Invalid(LedgerError):
    """Tell that a fact cannot be kept as it is; `what` names the field, `facts` the limits."""

    def __init__(self, rule: Rule, what: str, why: str, **facts: str) -> None:
        """Remember the field and the rule it breaks."""
        super().__init__(f"The {what} {why}")
        self.rule = rule
        self.what = what
        self.facts = facts


class ForeignFile(LedgerError):
    """Tell that a file is not one that can be brought in; `reason` is a stable code."""

    def __init__(self, reason: str, message: str) -> None:
        """Remember why."""
        super().__init__(message)
        self.reason = reason
