"""The care that machines of a workshop are due, as a to-do list: an item a machine and plan."""

import asyncio
from typing import TYPE_CHECKING, override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError

from ...const import AUTOMATION, DOMAIN
from ...errors import translated_ledger_errors
from ..care import HOUR_S, since_care_s
from ..facts import Member
from ..news import Status

if TYPE_CHECKING:
    from ...makerspace import Makerspace


class CareList(TodoListEntity):
    """List what is due; to complete an item is to record that it was done."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_supported_features = TodoListEntityFeature.UPDATE_TODO_ITEM
    _attr_translation_key = "care"

    def __init__(self, makerspace: Makerspace) -> None:
        """Belong to the workshop."""
        self._makerspace = makerspace
        self.device_entry = makerspace.workshop.hub
        self._attr_unique_id = f"{makerspace.workshop.entry.entry_id}/care"
        self._attr_todo_items = []
        self._due: dict[int, list[TodoItem]] = {}
        self._completing = asyncio.Lock()

    @override
    async def async_added_to_hass(self) -> None:
        """Show what is due, now and from now on."""
        self.async_on_remove(self._makerspace.on_shown.listen(self._shown))
        self.async_on_remove(self._makerspace.on_tick.listen(self._look))
        self._due = self._all()
        self._take()

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Record that what is due was done; nothing else about it can be changed here."""
        # Whoever comes while this waits has another context.
        user_id = self._context.user_id if self._context else None
        async with self._completing:
            places = {one.uid: (number, one) for number, due in self._due.items() for one in due}
            machine_id, due = places.get(item.uid, (0, None))
            if due is None:
                raise _refused("care_not_due", item.summary)
            if item.status != TodoItemStatus.COMPLETED or item.summary != due.summary:
                raise _refused("care_only_completed", due.summary)
            member_id = await self._who(user_id)
            with translated_ledger_errors():
                await self._makerspace.desk.care_for(
                    machine_id, [int(due.uid or 0)], member_id, by=user_id or AUTOMATION
                )

    async def _who(self, user_id: str | None) -> int | None:
        """Return the member who completes an item, if any. Raise where they may not.

        Automations may, and administrators; else whom a board would let record it, too.
        """
        user = await self.hass.auth.async_get_user(user_id) if user_id else None
        if user is None:
            return None
        roll = self._makerspace.desk.roll
        member = roll.member_of(user.id)
        if not user.is_admin and (member is None or not self._may_care(member)):
            raise _refused("care_not_allowed", None)
        return member.id if member else None

    def _may_care(self, member: Member) -> bool:
        role = self._makerspace.desk.roll.role_of(member)
        return not member.disabled and (role.care or role.manage)

    def _items(self, machine_id: int, status: Status) -> list[TodoItem]:
        """Return what a machine is due."""
        facts = self._makerspace.desk.facts
        items: list[TodoItem] = []
        for plan_id in status.due:
            plan = facts.plans[plan_id]
            used_h = since_care_s(facts, plan, with_open=True) / HOUR_S
            hours = f"{used_h:.1f} / {plan.every_h:g} h"
            items.append(
                TodoItem(
                    uid=str(plan_id),
                    summary=f"{facts.machines[machine_id].name}: {plan.description}",
                    description=hours if plan.url is None else f"{hours}\n{plan.url}",
                    status=TodoItemStatus.NEEDS_ACTION,
                )
            )
        return items

    def _all(self) -> dict[int, list[TodoItem]]:
        makerspace = self._makerspace
        machines = makerspace.desk.facts.machines
        return {number: self._items(number, makerspace.status(number)) for number in machines}

    @callback
    def _shown(self, machine_id: int, status: Status) -> None:
        items = self._items(machine_id, status)
        if items != self._due.get(machine_id, []):
            self._due[machine_id] = items
            self._take()
            self.async_write_ha_state()

    @callback
    def _look(self) -> None:
        """Look at all machines: one may be new, or gone."""
        due = self._all()
        if due != self._due:
            self._due = due
            self._take()
            self.async_write_ha_state()

    def _take(self) -> None:
        self._attr_todo_items = [item for number in sorted(self._due) for item in self._due[number]]


def _refused(key: str, item: str | None) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"item": item} if item else None,
    )
