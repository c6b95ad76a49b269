"""Raise what a person has to mend, and withdraw it when it is mended."""

from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .data import Workshop
from .machine_issues import MachineIssues
from .probe import hears_itself
from .props.prop import Prop
from .props.roster import ENTITY_LIMIT, PROP_LIMIT
from .wire.info import CONTRACT_VERSION

#: How long nothing at all may be heard before a person is asked to look.
SILENCE_S: Final = 300.0

DOCS: Final = "https://github.com/atelier-home/atelier/blob/main/docs/troubleshooting.md"


#: A retained command stays at the broker, whoever leaves.
_GOES_WITH_PROP: Final = ("doubled_id", "newer_contract", "undeclared_state")


class Issues:
    """Watch a workshop for what only a person can mend."""

    def __init__(self, hass: HomeAssistant, workshop: Workshop) -> None:
        """Begin to watch."""
        self._hass = hass
        self._workshop = workshop
        roster = workshop.roster
        self._raised: set[str] = set()
        self._endings: list[CALLBACK_TYPE] = [
            roster.on_retained_command.listen(self._retained_command),
            roster.on_doubled.listen(self._doubled),
            roster.on_flood.listen(self._flood),
            roster.on_added.listen(self._added),
            roster.on_described.listen(self._described),
            roster.on_removed.listen(self._removed),
            async_call_later(hass, SILENCE_S, self._check_silence),
        ]
        self._added(list(roster.props.values()))
        if workshop.makerspace is not None:
            machines = MachineIssues(workshop.makerspace, self._raise, self._withdraw)
            self._endings.append(machines.close)

    @callback
    def close(self) -> None:
        """Stop watching, and withdraw everything: what still holds is noticed again."""
        while self._endings:
            self._endings.pop()()
        while self._raised:
            ir.async_delete_issue(self._hass, DOMAIN, self._raised.pop())

    def _raise(
        self,
        kind: str,
        about: str,
        *,
        fixable: bool = False,
        severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
        **facts: str,
    ) -> None:
        issue_id = f"{kind}_{self._workshop.entry.entry_id}_{about}"
        self._raised.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=fixable,
            severity=severity,
            translation_key=kind,
            translation_placeholders={"workshop": self._workshop.entry.title} | facts,
            data={"entry_id": self._workshop.entry.entry_id, "about": about, **facts},
            learn_more_url=DOCS,
        )

    def _withdraw(self, kind: str, about: str) -> None:
        issue_id = f"{kind}_{self._workshop.entry.entry_id}_{about}"
        if issue_id in self._raised:
            self._raised.remove(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)

    @callback
    def _retained_command(self, key: str) -> None:
        self._raise("retained_command", key, fixable=True, prop=self._name(key), topic=f"{key}/cmd")

    @callback
    def _doubled(self, prop: Prop) -> None:
        self._raise("doubled_id", prop.key, fixable=True, prop=self._name(prop.key), id=prop.key)

    @callback
    def _flood(self, prefix: str) -> None:
        self._raise(
            "flood", prefix, prefix=prefix, props=str(PROP_LIMIT), entities=str(ENTITY_LIMIT)
        )

    @callback
    def _added(self, props: list[Prop]) -> None:
        for prop in props:
            self._described(prop)
            self._state(prop)
            self._endings.append(prop.on_state.listen(partial(self._state, prop)))
        if props:
            self._withdraw("silence", "workshop")
            self._withdraw("deaf", "workshop")

    @callback
    def _described(self, prop: Prop) -> None:
        if prop.info.contract > CONTRACT_VERSION:
            self._raise(
                "newer_contract",
                prop.key,
                prop=self._name(prop.key),
                theirs=str(prop.info.contract),
                ours=str(CONTRACT_VERSION),
            )
        else:
            self._withdraw("newer_contract", prop.key)

    @callback
    def _removed(self, key: str) -> None:
        for kind in _GOES_WITH_PROP:
            self._withdraw(kind, key)

    @callback
    def _state(self, prop: Prop) -> None:
        if prop.undeclared_state is None:
            self._withdraw("undeclared_state", prop.key)
        else:
            self._raise(
                "undeclared_state",
                prop.key,
                prop=self._name(prop.key),
                state=prop.undeclared_state[:64],
            )

    async def _check_silence(self, _now: object) -> None:
        """Say why nothing was heard: nobody speaks here, or we are not allowed to listen."""
        workshop = self._workshop
        if workshop.roster.props or not workshop.connected:
            return
        deaf = [
            prefix for prefix in workshop.prefixes if not await hears_itself(self._hass, prefix)
        ]
        if deaf:
            self._raise("deaf", "workshop", prefixes=", ".join(deaf))
        elif not workshop.roster.props:
            self._raise("silence", "workshop", prefixes=", ".join(workshop.prefixes))

    def _name(self, key: str) -> str:
        prop = self._workshop.roster.props.get(key)
        return prop.info.name if prop else key
