"""How facts become rows and rows become facts, kind by kind."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
import unicodedata

import sqlalchemy as sa

from ..machines.facts import (
    Access,
    Ending,
    Intervention,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    ServerDown,
    Trained,
    Training,
    Use,
)
from .care import INTERVENTIONS, PLANS
from .machines import MACHINES, TYPES
from .people import MEMBERS, PERMISSIONS, ROLES, TRAINED, TRAININGS
from .schema import Values
from .uses import USES

type Fact = (
    Role
    | Member
    | MachineType
    | Machine
    | Permission
    | Training
    | Trained
    | Plan
    | Use
    | Intervention
)

_ENUMS: Final[Mapping[str, Callable[[str], object]]] = {
    "access": Access,
    "server_down": ServerDown,
    "ending": Ending,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Describe how facts of a kind are kept."""

    #: As errors and the audit trail name it.
    name: str
    fact: type[Any]
    table: sa.Table
    #: Fields that no two facts have the same, by the name that errors give them.
    unique: Mapping[str, tuple[str, ...]]
    #: Fields that hold the id of another fact, by its kind.
    refers: Mapping[str, type[Any]]
    #: Kinds that go with it when it is removed, by the field that refers to it.
    takes: tuple[tuple[type[Any], str], ...] = ()
    #: Kinds that keep it from being removed, by the field that refers to it.
    held: tuple[tuple[type[Any], str], ...] = ()

    def fact_of(self, row: sa.RowMapping, cards: tuple[str, ...] = ()) -> Any:
        """Return the fact that a row holds; a member's cards are kept elsewhere."""
        values = {name: row[name] for name in _columns(self.fact)}
        for name, enum in _ENUMS.items():
            if values.get(name) is not None:
                values[name] = enum(values[name])
        if self.fact is Member:
            values["cards"] = cards
        return self.fact(**values)

    def row_of(self, fact: Any) -> Values:
        """Return the row that holds a fact; without its id where the database gives it."""
        row = {name: getattr(fact, name) for name in _columns(self.fact)}
        for name in _ENUMS:
            if row.get(name) is not None:
                row[name] = str(row[name])
        if row["id"] is None:
            del row["id"]
        if self.fact is Member:
            row["search"] = folded(f"{fact.name} {fact.surname} {fact.email or ''}")
        return row


def folded(text: str) -> str:
    """Return text without case and accents, as it is searched."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def as_json(fact: Any) -> Values:
    """Return a fact as the audit trail keeps it."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(fact).items()
    }


_COLUMNS: Final[dict[type[Any], tuple[str, ...]]] = {}


def _columns(fact: type[Any]) -> tuple[str, ...]:
    """Return the fields of a fact that are columns."""
    if fact not in _COLUMNS:
        _COLUMNS[fact] = tuple(field.name for field in fields(fact) if field.name != "cards")
    return _COLUMNS[fact]


KINDS: Final[Mapping[type[Any], Kind]] = {
    kind.fact: kind
    for kind in (
        Kind(
            name="role",
            fact=Role,
            table=ROLES,
            unique={"name": ("name",)},
            refers={},
            held=((Member, "role_id"),),
        ),
        Kind(
            name="member",
            fact=Member,
            table=MEMBERS,
            unique={"user": ("user_id",)},
            refers={"role_id": Role},
            takes=((Permission, "member_id"), (Trained, "member_id")),
        ),
        Kind(
            name="type",
            fact=MachineType,
            table=TYPES,
            unique={"name": ("name",)},
            refers={"training_id": Training},
            takes=((Permission, "type_id"),),
            held=((Machine, "type_id"),),
        ),
        Kind(
            name="machine",
            fact=Machine,
            table=MACHINES,
            unique={"name": ("name",)},
            refers={"type_id": MachineType},
            takes=(
                (Permission, "machine_id"),
                (Plan, "machine_id"),
                (Use, "machine_id"),
                (Intervention, "machine_id"),
            ),
        ),
        Kind(
            name="permission",
            fact=Permission,
            table=PERMISSIONS,
            unique={"machine": ("member_id", "machine_id"), "type": ("member_id", "type_id")},
            refers={"member_id": Member, "machine_id": Machine, "type_id": MachineType},
        ),
        Kind(
            name="training",
            fact=Training,
            table=TRAININGS,
            unique={"name": ("name",)},
            refers={},
            takes=((Trained, "training_id"),),
            held=((MachineType, "training_id"),),
        ),
        Kind(
            name="trained",
            fact=Trained,
            table=TRAINED,
            unique={"training": ("member_id", "training_id")},
            refers={"member_id": Member, "training_id": Training},
        ),
        Kind(
            name="plan",
            fact=Plan,
            table=PLANS,
            unique={},
            refers={"machine_id": Machine},
            takes=((Intervention, "plan_id"),),
        ),
        Kind(
            name="use",
            fact=Use,
            table=USES,
            unique={"origin": ("machine_id", "origin")},
            refers={"machine_id": Machine, "member_id": Member},
        ),
        Kind(
            name="intervention",
            fact=Intervention,
            table=INTERVENTIONS,
            unique={},
            refers={"plan_id": Plan, "machine_id": Machine, "member_id": Member},
        ),
    )
}


def kind_of(fact: type[Any]) -> Kind:
    """Return how facts of a type are kept."""
    return KINDS[fact]


def kind_named(name: str) -> Kind:
    """Return the kind that the audit trail calls so."""
    return next(kind for kind in KINDS.values() if kind.name == name)
