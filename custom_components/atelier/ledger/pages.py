"""Lists that are too long to hold: what is asked for, and a page of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from .errors import Invalid, Rule

#: More than this at once is an export.
MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Say which part of a list is wanted."""

    offset: int = 0
    limit: int = 50

    def __post_init__(self) -> None:
        """Raise Invalid where no page is like that."""
        if self.offset < 0 or not 1 <= self.limit <= MOST:
            raise Invalid(
                Rule.PAGE, "page", f"must begin at 0 or later and hold 1 to {MOST}", most=str(MOST)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class UseQuery(Query):
    """Ask for uses by when they began; `search` is part of a member's or a machine's name."""

    search: str = ""
    member_id: int | None = None
    machine_id: int | None = None
    type_id: int | None = None
    since: float | None = None
    until: float | None = None
    lasting: bool | None = None
    replay: bool | None = None
    oldest_first: bool = False


class MemberOrder(StrEnum):
    """Tell by what members are put in order."""

    SURNAME = "surname"
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberQuery(Query):
    """Ask for members; each word of `search` is part of a name, an address or begins a card."""

    search: str = ""
    role_id: int | None = None
    disabled: bool | None = None
    has_card: bool | None = None
    training_id: int | None = None
    #: Those with a permission of their own for a machine, by itself or by its type.
    machine_id: int | None = None
    order: MemberOrder = MemberOrder.SURNAME
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InterventionQuery(Query):
    """Ask for interventions; `search` is part of a plan's description or a member's name."""

    search: str = ""
    machine_id: int | None = None
    plan_id: int | None = None
    member_id: int | None = None
    since: float | None = None
    until: float | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCardQuery(Query):
    """Ask for cards that nobody knows, the latest first; `search` begins a card."""

    search: str = ""
    machine_id: int | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery(Query):
    """Ask who changed what, the latest first."""

    kind: str | None = None
    fact_id: int | None = None
    by: str | None = None
    action: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Tell who changed what; `before` and `after` are the fact's fields, None once forgotten."""

    id: int
    at: float
    by: str
    action: str
    kind: str
    fact_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """Hold a part of a list, and how long the list is."""

    items: list[T]
    total: int
    offset: int
