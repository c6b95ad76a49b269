"""Find what must be installed for what is wanted, and every reason why that cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .packages import Need, Package


@dataclass(frozen=True)
class Missing:
    """Nothing offers this package."""

    name: str


@dataclass(frozen=True)
class Unmet:
    """A package needs what nothing offers, or not in that version."""

    need: Need
    package: Package


@dataclass(frozen=True)
class Conflict:
    """Two packages that will not lie in one root."""

    package: Package
    other: Package


@dataclass
class Plan:
    """What to install, needed things first; nothing is to be done when there are problems."""

    install: list[Package] = field(default_factory=list)
    problems: list[Missing | Unmet | Conflict] = field(default_factory=list)


def resolve(
    wanted: Iterable[str], offered: Mapping[str, Package], installed: Mapping[str, Package]
) -> Plan:
    """Plan the installation of packages by name."""
    plan = Plan()
    there = dict(installed)
    for name in wanted:
        if name in there:
            continue
        if name not in offered:
            plan.problems.append(Missing(name))
            continue
        _add(offered[name], offered, there, plan)
    return plan


def _add(
    package: Package, offered: Mapping[str, Package], there: dict[str, Package], plan: Plan
) -> None:
    for other in there.values():
        if other.name in package.conflicts or package.name in other.conflicts:
            plan.problems.append(Conflict(package, other))
    there[package.name] = package
    for need in package.depends:
        candidate = there.get(need.name) or offered.get(need.name)
        if candidate is None or not need.is_met_by(candidate):
            plan.problems.append(Unmet(need, package))
        elif need.name not in there:
            _add(candidate, offered, there, plan)
    plan.install.append(package)
