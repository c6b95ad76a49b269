"""Look facts up by what a board says: by card, by member, by machine."""

from collections.abc import Iterable
from typing import Any, Final

from .facts import (
    Facts,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    Tally,
    Trained,
    Training,
)

#: What people change; uses and interventions go through the desk.
type Kept = Role | Member | MachineType | Machine | Permission | Training | Trained | Plan

_SHELVES: Final[dict[type, str]] = {
    Role: "roles",
    Member: "members",
    MachineType: "types",
    Machine: "machines",
    Permission: "permissions",
    Training: "trainings",
    Trained: "trained",
    Plan: "plans",
}


class Roll:
    """Hold the facts, and find them in a time that does not grow with their number."""

    def __init__(self, facts: Facts) -> None:
        """Index the facts."""
        self.exchange(facts)

    def exchange(self, facts: Facts) -> None:
        """Hold other facts from now on."""
        self.facts = facts
        self._by_card: dict[str, int] = {}
        self._by_user: dict[str, int] = {}
        self._permissions: dict[int, dict[int, Permission]] = {}
        self._trained: dict[tuple[int, int], Trained] = {}
        self._plans: dict[int, dict[int, Plan]] = {}
        for shelf in (facts.members, facts.permissions, facts.trained, facts.plans):
            for fact in shelf.values():
                self._index(fact)

    def member_with(self, card: str) -> Member | None:
        """Return whose card this is."""
        member_id = self._by_card.get(card)
        return None if member_id is None else self.facts.members.get(member_id)

    def member_of(self, user_id: str) -> Member | None:
        """Return the member to whom a Home Assistant user is linked."""
        member_id = self._by_user.get(user_id)
        return None if member_id is None else self.facts.members.get(member_id)

    def role_of(self, member: Member) -> Role:
        """Return a member's role; one that is not known gives no rights."""
        return self.facts.roles.get(member.role_id) or Role(id=member.role_id, name="")

    def permissions_of(self, member_id: int) -> Iterable[Permission]:
        """Return what a member was permitted."""
        return self._permissions.get(member_id, {}).values()

    def trained_in(self, member_id: int, training_id: int) -> Trained | None:
        """Return whether, and until when, a member learnt something."""
        return self._trained.get((member_id, training_id))

    def plans_of(self, machine_id: int) -> Iterable[Plan]:
        """Return a machine's plans, in the order of their ids."""
        return self._plans.get(machine_id, {}).values()

    def put(self, fact: Kept) -> None:
        """Take a new or changed fact in."""
        assert fact.id is not None  # noqa: S101 - the ledger gave it one
        shelf: dict[int, Any] = getattr(self.facts, _SHELVES[type(fact)])
        if (old := shelf.get(fact.id)) is not None:
            self._forget(old)
        shelf[fact.id] = fact
        self._index(fact)

    def drop(self, kind: type[Kept], id: int) -> Kept | None:
        """Take a fact away; return it if there was one."""
        shelf: dict[int, Any] = getattr(self.facts, _SHELVES[kind])
        fact: Kept | None = shelf.pop(id, None)
        if fact is not None:
            self._forget(fact)
        if isinstance(fact, Plan):
            self.facts.since_care_s.pop(id, None)
            self.facts.last_care.pop(id, None)
        return fact

    def take_over(self, machine_id: int, tally: Tally) -> None:
        """Hold one machine's uses and care as the ledger has them."""
        facts = self.facts
        plans = [plan.id for plan in self.plans_of(machine_id)]
        for shelf, value in (
            (facts.open_uses, tally.opened),
            (facts.recent, tally.recent),
            (facts.used_s, tally.used_s),
        ):
            _lay(shelf, machine_id, value)
        for plan_id in plans:
            _lay(facts.since_care_s, plan_id, tally.since_care_s.get(plan_id or 0))
            _lay(facts.last_care, plan_id, tally.last_care.get(plan_id or 0))

    def _index(self, fact: Any) -> None:
        match fact:
            case Member():
                self._by_card |= {card.lower(): fact.id for card in fact.cards if fact.id}
                if fact.user_id is not None and fact.id is not None:
                    self._by_user[fact.user_id] = fact.id
            case Permission():
                self._permissions.setdefault(fact.member_id, {})[fact.id or 0] = fact
            case Trained():
                self._trained[fact.member_id, fact.training_id] = fact
            case Plan():
                plans = self._plans.get(fact.machine_id, {}) | {fact.id or 0: fact}
                self._plans[fact.machine_id] = dict(sorted(plans.items()))

    def _forget(self, fact: Any) -> None:
        match fact:
            case Member():
                for card in fact.cards:
                    self._by_card.pop(card.lower(), None)
                if fact.user_id is not None:
                    self._by_user.pop(fact.user_id, None)
            case Permission():
                self._permissions.get(fact.member_id, {}).pop(fact.id or 0, None)
            case Trained():
                self._trained.pop((fact.member_id, fact.training_id), None)
            case Plan():
                self._plans.get(fact.machine_id, {}).pop(fact.id or 0, None)


def _lay(shelf: dict[Any, Any], key: int | None, value: object) -> None:
    """Put a value on a shelf, or clear its place where there is none."""
    if value:
        shelf[key] = value
    else:
        shelf.pop(key, None)
