"""Sensors of a machine: what it does, how long it worked, when it wants care, its board."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfInformation, UnitOfTime
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ..facts import Board
from ..news import State, Status
from .machine import MachineEntity

if TYPE_CHECKING:
    from ...makerspace import Makerspace


@dataclass(frozen=True, kw_only=True)
class StatusDescription(SensorEntityDescription):
    """Say what of a machine's status a sensor shows."""

    of: Callable[[Status], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class BoardDescription(SensorEntityDescription):
    """Say what of a machine's board a sensor shows."""

    of: Callable[[Board], StateType]


_STATUS: Final = (
    StatusDescription(
        key="state",
        translation_key="machine_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(State),
        of=lambda status: status.state,
    ),
    StatusDescription(
        key="hours",
        translation_key="machine_hours",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        of=lambda status: round(status.hours, 3),
    ),
    StatusDescription(
        key="hours_to_care",
        translation_key="machine_hours_to_care",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        of=lambda status: None if status.hours_to_care is None else round(status.hours_to_care, 3),
    ),
    StatusDescription(
        key="since",
        translation_key="machine_since",
        device_class=SensorDeviceClass.TIMESTAMP,
        of=lambda status: None if status.since is None else _moment(status.since),
    ),
)
_BOARD: Final = (
    BoardDescription(
        key="board_version",
        translation_key="board_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        of=lambda board: board.firmware or None,
    ),
    BoardDescription(
        key="board_address",
        translation_key="board_address",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of=lambda board: board.address or None,
    ),
    BoardDescription(
        key="board_heap",
        translation_key="board_heap",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        entity_category=EntityCategory.DIAGNOSTIC,
        of=lambda board: board.heap or None,
    ),
)


def machine_sensors(makerspace: Makerspace, machine_id: int) -> Iterable[MachineEntity]:
    """Return a machine's sensors."""
    for status in _STATUS:
        yield StatusSensor(makerspace, machine_id, status)
    for board in _BOARD:
        yield BoardSensor(makerspace, machine_id, board)


class StatusSensor(MachineEntity, SensorEntity):
    """Show one thing of a machine's status."""

    entity_description: StatusDescription

    def __init__(
        self, makerspace: Makerspace, machine_id: int, description: StatusDescription
    ) -> None:
        """Show what is described."""
        super().__init__(
            makerspace,
            machine_id,
            description.key,
            translation_key=description.translation_key,
        )
        self.entity_description = description

    @override
    def take(self, status: Status) -> object:
        self._attr_native_value = self.entity_description.of(status)
        return self._attr_native_value


class BoardSensor(MachineEntity, SensorEntity):
    """Show one thing that a machine's board says of itself."""

    entity_description: BoardDescription

    def __init__(
        self, makerspace: Makerspace, machine_id: int, description: BoardDescription
    ) -> None:
        """Show what is described."""
        super().__init__(
            makerspace,
            machine_id,
            description.key,
            translation_key=description.translation_key,
        )
        self.entity_description = description

    @override
    def take(self, status: Status) -> object:
        board = self.makerspace.desk.facts.boards.get(self.machine_id)
        self._attr_native_value = None if board is None else self.entity_description.of(board)
        return self._attr_native_value


def _moment(at: float) -> datetime:
    return dt_util.utc_from_timestamp(at).replace(microsecond=0)
