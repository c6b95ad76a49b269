"""Raise what only a person can mend about machines, and withdraw it when it is mended."""

from collections.abc import Callable
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import issue_registry as ir

from .makerspace import Makerspace

#: Invented numbers on the bus must not fill the list of issues.
STRANGERS_SHOWN: Final = 8

_WORKSHOP: Final = "workshop"


class Raise(Protocol):
    """Raise an issue of a kind about something."""

    def __call__(
        self,
        kind: str,
        about: str,
        *,
        fixable: bool = False,
        severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
        **facts: str,
    ) -> None:
        """Raise it."""


class MachineIssues:
    """Watch a makerspace for what only a person can mend."""

    def __init__(
        self, makerspace: Makerspace, raise_: Raise, withdraw: Callable[[str, str], None]
    ) -> None:
        """Begin to watch."""
        self._makerspace = makerspace
        self._raise = raise_
        self._withdraw = withdraw
        #: What is raised, by kind and machine, and the machine's name in it.
        self._raised: dict[tuple[str, int], str] = {}
        self._endings: list[CALLBACK_TYPE] = [
            makerspace.on_tick.listen(self._look),
            makerspace.on_ledger.listen(self._ledger),
        ]
        self._look()

    @callback
    def close(self) -> None:
        """Stop watching."""
        while self._endings:
            self._endings.pop()()

    @callback
    def _ledger(self) -> None:
        if self._makerspace.ledger_up:
            self._withdraw("ledger_unreachable", _WORKSHOP)
        else:
            self._raise("ledger_unreachable", _WORKSHOP, severity=ir.IssueSeverity.ERROR)

    @callback
    def _look(self) -> None:
        """Compare what is raised with how the machines are."""
        wanted = self._wanted()
        for kind, number in self._raised.keys() - wanted.keys():
            self._withdraw(kind, str(number))
        for (kind, number), name in wanted.items():
            if self._raised.get((kind, number)) != name:
                self._tell(kind, number, name)
        self._raised = wanted

    def _wanted(self) -> dict[tuple[str, int], str]:
        makerspace = self._makerspace
        strangers = list(makerspace.desk.strangers)[:STRANGERS_SHOWN]
        wanted = {("unknown_board", number): str(number) for number in strangers}
        for number in makerspace.lists.without_key:
            wanted["gate_without_key", number] = makerspace.name_of(number)
        for number, count in makerspace.lists.left_out.items():
            if count:
                wanted["list_full", number] = makerspace.name_of(number)
        for number in makerspace.devices:
            if number in makerspace.silent:
                wanted["silent_use", number] = makerspace.name_of(number)
            if makerspace.status(number).due:
                wanted["care_overdue", number] = makerspace.name_of(number)
        return wanted

    def _tell(self, kind: str, number: int, name: str) -> None:
        about = str(number)
        if kind == "unknown_board":
            self._raise("unknown_board", about, fixable=True, number=about)
        elif kind == "gate_without_key":
            self._raise("gate_without_key", about, fixable=True, machine=name)
        elif kind == "list_full":
            self._raise("list_full", about, machine=name)
        elif kind == "silent_use":
            self._raise("silent_use", about, machine=name)
        else:
            self._raise("care_overdue", about, machine=name)
