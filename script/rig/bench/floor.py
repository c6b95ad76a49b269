"""Measure what Home Assistant itself takes for a parse and its state writes, in this process.

Nothing built on entities can be faster: one orjson.loads, and the entity platform's own
state writes for the values that changed. Prints CPU µs for each message as JSON.
"""

import argparse
import asyncio
from datetime import timedelta
import json
import logging
import tempfile
import time
from typing import Final

from homeassistant import bootstrap, config_entries, loader
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.entity_platform import EntityPlatform
from homeassistant.setup import async_setup_component
import orjson

from rig.bench.payloads import BURSTS, VALUES, Fleet

PROPS: Final = 20
SCAN_INTERVAL: Final = timedelta(seconds=30)  # asked for, though nothing here is polled


class Reading(SensorEntity):
    """One value of one prop."""

    _attr_should_poll = False
    _attr_state_class = SensorStateClass.MEASUREMENT

    def __init__(self, prop: str, description: SensorEntityDescription) -> None:
        """Name it by its prop and its description."""
        self.entity_description = description
        self._attr_unique_id = f"{prop}_{description.key}"
        self._attr_name = f"{prop} {description.key}"

    def take(self, value: float) -> None:
        """Write the value if it is another one."""
        if value != self._attr_native_value:
            self._attr_native_value = value
            self.async_write_ha_state()


async def start(folder: str) -> HomeAssistant:
    """Start a Home Assistant with registries, and with nothing but the sensor domain."""
    hass = HomeAssistant(folder)
    hass.config.skip_pip = True
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    loader.async_setup(hass)
    await bootstrap.async_load_base_functionality(hass)
    await async_setup_component(hass, "sensor", {})
    hass.set_state(CoreState.running)
    return hass


async def add_props(hass: HomeAssistant) -> dict[str, dict[str, Reading]]:
    """Add the readings of all props through the entity platform."""
    platform = EntityPlatform(
        hass=hass,
        logger=logging.getLogger(__name__),
        domain="sensor",
        platform_name="floor",
        platform=None,
        scan_interval=SCAN_INTERVAL,
        entity_namespace=None,
    )
    platform.async_prepare()
    props = {
        message.topic: {
            value.id: Reading(
                message.topic,
                SensorEntityDescription(
                    key=value.id,
                    device_class=SensorDeviceClass(value.device_class),
                    native_unit_of_measurement=value.unit,
                ),
            )
            for value in VALUES
        }
        for message in Fleet(PROPS).telemetry(PROPS)
    }
    await platform.async_add_entities(
        [reading for readings in props.values() for reading in readings.values()]
    )
    return props


async def measure(messages: int, repeats: int) -> dict[str, list[float]]:
    """Return CPU µs per message of each repeat, by the name of the burst."""
    with tempfile.TemporaryDirectory() as folder:
        hass = await start(folder)
        props = await add_props(hass)
        fleet = Fleet(PROPS)
        figures: dict[str, list[float]] = {name: [] for name in BURSTS}
        for repeat in range(repeats + 1):
            for name, samples in figures.items():
                burst = list(fleet.telemetry(messages, changes=BURSTS[name]))
                begin = time.process_time()
                for message in burst:
                    readings = props[message.topic]
                    values = orjson.loads(message.payload)
                    for key, reading in readings.items():
                        reading.take(values[key])
                spent = time.process_time() - begin
                if repeat:  # the first one warms up
                    samples.append(spent / messages * 1e6)
                await asyncio.sleep(0.05)
        await hass.async_stop(force=True)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.messages, options.repeats))))


if __name__ == "__main__":
    main()
