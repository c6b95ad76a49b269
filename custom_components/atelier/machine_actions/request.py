"""What the actions of a makerspace have in common: who asks, of which workshop, for what."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..bounds import number, words
from ..const import DOMAIN
from ..data import AtelierConfigEntry
from ..ledger.errors import Unknown
from ..ledger.finding import find
from ..ledger.kinds import KINDS
from ..ledger.removing import Removal
from ..machines.facts import (
    Facts,
    Intervention,
    Machine,
    MachineType,
    Member,
    Plan,
    Role,
    Training,
    Use,
)
from ..makerspace import Makerspace

ATTR_CARD: Final = "card"
ATTR_LIMIT: Final = "limit"
ATTR_MACHINE_ID: Final = "machine_id"
ATTR_MEMBER_ID: Final = "member_id"
ATTR_OFFSET: Final = "offset"
ATTR_PLAN_ID: Final = "plan_id"
ATTR_ROLE: Final = "role"
ATTR_SEARCH: Final = "search"
ATTR_SINCE: Final = "since"
ATTR_TRAINING: Final = "training"
ATTR_TYPE: Final = "type"
ATTR_UNTIL: Final = "until"
ATTR_VERSION: Final = "version"

#: Fields of facts that are moments.
_MOMENTS: Final = frozenset({"at", "end", "first", "last", "last_seen", "since", "start", "until"})


def _seconds(value: Any) -> float:
    """Return a moment in seconds since the epoch; without a zone it is local."""
    return dt_util.as_local(value).timestamp()


_NO_MOMENT: Final = "must be a date and a time"
MOMENT: Final = vol.All(vol.Msg(cv.datetime, _NO_MOMENT, cls=vol.DatetimeInvalid), _seconds)
ID: Final = number(int, 1, 2**31 - 1)
#: A machine's id is the number in its topic.
NUMBER: Final = number(int, 0, 65535)
TEXT: Final = words(2048)
WORDS: Final = words(128)

MEMBER: Final = {vol.Required(ATTR_MEMBER_ID): ID}
MACHINE: Final = {vol.Required(ATTR_MACHINE_ID): NUMBER}
VERSION: Final = {vol.Optional(ATTR_VERSION): ID}
PAGE: Final = {
    vol.Optional(ATTR_OFFSET, default=0): number(int, 0, 2**53),
    vol.Optional(ATTR_LIMIT, default=50): number(int, 1, 500),
}
PERIOD: Final = {vol.Optional(ATTR_SINCE): MOMENT, vol.Optional(ATTR_UNTIL): MOMENT}


@dataclass(frozen=True, slots=True)
class Request:
    """Hold what one call of an action asks for."""

    hass: HomeAssistant
    entry: AtelierConfigEntry
    makerspace: Makerspace
    #: Who asks, as the audit trail names it.
    by: str
    data: Mapping[str, Any]

    @property
    def facts(self) -> Facts:
        """Return what the makerspace knows."""
        return self.makerspace.desk.facts

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of some fields that were given."""
        return {name: self.data[name] for name in names if name in self.data}

    def member(self) -> Member:
        """Return the member that is meant. Raise Unknown."""
        return self._one("member", self.facts.members, self.data[ATTR_MEMBER_ID])

    def machine(self) -> Machine:
        """Return the machine that is meant. Raise Unknown."""
        return self._one("machine", self.facts.machines, self.data[ATTR_MACHINE_ID])

    def plan(self) -> Plan:
        """Return the plan that is meant. Raise Unknown."""
        return self._one("plan", self.facts.plans, self.data[ATTR_PLAN_ID])

    def role(self) -> Role:
        """Return the role that is named. Raise Unknown."""
        return self._named("role", self.facts.roles, self.data[ATTR_ROLE])

    def machine_type(self) -> MachineType:
        """Return the type of machine that is named. Raise Unknown."""
        return self._named("type", self.facts.types, self.data[ATTR_TYPE])

    def training(self) -> Training:
        """Return the training that is named. Raise Unknown."""
        return self._named("training", self.facts.trainings, self.data[ATTR_TRAINING])

    @staticmethod
    def _one[F](what: str, shelf: Mapping[int, F], id_: int) -> F:
        if (fact := shelf.get(id_)) is None:
            raise Unknown(what)
        return fact

    @staticmethod
    def _named[F: Role | MachineType | Training](what: str, shelf: Mapping[int, F], name: str) -> F:
        wanted = name.strip().casefold()
        for fact in shelf.values():
            if fact.name.casefold() == wanted:
                return fact
        raise Unknown(what)

    async def found[F](self, kind: type[F], id_: int) -> F:
        """Return a fact that is not held in memory. Raise Unknown."""
        fact: F | None = await self.makerspace.ledger.read(
            lambda connection: find(connection, KINDS[kind], id_)
        )
        if fact is None:
            raise Unknown(KINDS[kind].name)
        return fact

    def member_name(self, member_id: int | None) -> str | None:
        """Return what a member is called, None where nobody is by that id any more."""
        member = self.facts.members.get(member_id or 0)
        return full_name(member) if member else None

    def machine_name(self, machine_id: int) -> str | None:
        """Return what a machine is called, None where there is none by that number."""
        machine = self.facts.machines.get(machine_id)
        return machine.name if machine else None

    def past(self, name: str) -> float:
        """Return a moment that is given, or now. Raise where it is in the future."""
        now = self.makerspace.ledger.clock()
        at: float = self.data.get(name, now)
        if at > now:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="in_future")
        return at

    def changed[F: (Member, Machine, MachineType, Role, Training, Plan, Intervention, Use)](
        self, fact: F, **values: Any
    ) -> F:
        """Return a fact with other values, of the version that the caller has seen."""
        version = self.data.get(ATTR_VERSION, fact.version)
        return replace(fact, version=version, **values)

    async def keep[F](self, fact: F) -> JsonObjectType:
        """Keep a fact that is new or changed; return it as it is kept."""
        return described(await self.makerspace.save(fact, by=self.by))

    async def remove(self, kind: type[Any], id_: int) -> JsonObjectType:
        """Remove a fact; return what takes that back."""
        return undo(await self.makerspace.remove(kind, id_, by=self.by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Describe an action: what it takes, and what it does."""

    name: str
    act: Callable[[Request], Awaitable[JsonObjectType]]
    fields: Mapping[Any, Any]
    #: Whether there is no sense in it but its response.
    asks: bool = False

    @property
    def schema(self) -> vol.Schema:
        """Return what a call may hold."""
        return vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string} | dict(self.fields))


def said(moment: float | None) -> str | None:
    """Return a moment as people and templates read it, in local time."""
    if moment is None:
        return None
    return dt_util.as_local(dt_util.utc_from_timestamp(moment)).isoformat(timespec="seconds")


def described(fact: Any) -> JsonObjectType:
    """Return a fact as a response tells it: moments as text, in the order of its fields."""
    return {field.name: shown(field.name, getattr(fact, field.name)) for field in fields(fact)}


def full_name(member: Member) -> str:
    """Return what a member is called."""
    return f"{member.name} {member.surname}".strip()


def hours(seconds: float) -> float:
    """Return a duration as a response tells it."""
    return round(seconds / 3600, 3)


def rounded(hours: float | None) -> float | None:
    """Return hours, where there are any, as a response tells them."""
    return None if hours is None else round(hours, 3)


def undo(removal: Removal) -> JsonObjectType:
    """Return what `restore` takes a removal back with."""
    return {"undo": {name: getattr(removal, name) for name in ("id", "kind", "fact_id", "at")}}


def shown(name: str, value: Any) -> JsonValueType:
    """Return a fact's field as a response tells it."""
    if name in _MOMENTS:
        return said(value)
    if isinstance(value, tuple):
        return list(value)
    return cast("JsonValueType", value)
