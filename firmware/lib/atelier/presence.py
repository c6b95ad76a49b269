"""What the bus hears of a device: topics, the words at each connect, telemetry, settings."""

import asyncio
import gc
import json

from . import info
from .mqtt import Client
from .outbox import Message

#: Settings that arrive in a burst (a slider) are written and told once.
_SETTINGS_QUIET_MS = 250


class Presence:
    """The device's branch of the bus (docs/contract.md)."""

    def __init__(self, device, config, commands):
        """Prepare the link; `commands` gets what arrives on `cmd` and `settings/set`."""
        self._device = device
        self._config = config
        self._commands = commands
        self._boot = info.boot_id()
        self._base = "{}/{}/".format(config.get("prefix") or "props", config["id"])
        self._values = {}
        self._changed = {}
        self._tell = asyncio.Event()
        self._settings_changed = asyncio.Event()
        self._owed = []
        self._seq = 0
        self.mqtt = Client(
            config["mqtt"], config["id"], self._base + "availability", "offline", device.clock
        )
        self.mqtt.topics = (self._base + "cmd", self._base + "settings/set")
        self.mqtt.on_message = self._message
        self.mqtt.on_connect = self._hello
        self.mqtt.on_disconnect = device.wake.set
        #: Functions whose coroutines run beside the app.
        self.parts = (self.run_telemetry, self.run_settings)

    def state(self, state):
        """Tell a transition."""
        self._publish("state", state, retain=True)

    def event(self, kind, attributes):
        """Tell an event."""
        self._seq += 1
        attributes["type"] = kind
        attributes["seq"] = self._seq
        self._publish("event", json.dumps(attributes))

    def result(self, answer):
        """Tell the answer to a command."""
        self._publish("result", json.dumps(answer))

    def report(self, values):
        """Take telemetry values; tell at once what changed, and return whether anything did."""
        for key, value in values.items():
            if key not in self._values or self._values[key] != value:
                self._values[key] = value
                self._changed[key] = value
        if self._changed:
            self._tell.set()
        return bool(self._changed)

    def settings_changed(self):
        """Write and tell the settings soon, and look at the telemetry interval again."""
        self._settings_changed.set()
        self._tell.set()

    def owe(self, answer):
        """Tell an answer once the settings are written."""
        self._owed.append(answer)
        self._settings_changed.set()

    async def goodbye(self):
        """Say that the device goes, and go."""
        await self.mqtt.stop(Message(self._base + "availability", "offline", 1, True))

    async def run_telemetry(self):
        """Tell changes at once, everything at the interval."""
        settings, clock = self._device.settings, self._device.clock
        while True:
            interval_ms = settings["telemetry_interval"]
            due = clock.now() + interval_ms
            while clock.now() < due and interval_ms == settings["telemetry_interval"]:
                try:
                    await asyncio.wait_for_ms(self._tell.wait(), max(1, due - clock.now()))
                except asyncio.TimeoutError:
                    break
                self._tell.clear()
                if self._changed:
                    changed, self._changed = self._changed, {}
                    self._publish("telemetry", json.dumps(changed), 0)
            if self.mqtt.connected and clock.now() >= due:
                self._publish("telemetry", json.dumps(self._measure()), 0)

    async def run_settings(self):
        """Write changed settings to flash, then tell them."""
        while True:
            await self._settings_changed.wait()
            await asyncio.sleep_ms(_SETTINGS_QUIET_MS)
            self._settings_changed.clear()
            kept = self._device.store.flush()
            if kept:
                self._device.clear_fault("flash_error")
            else:
                self._device.fault("flash_error")
            self._publish("settings", json.dumps(self._device.settings.values), retain=True)
            owed, self._owed = self._owed, []
            for answer in owed:
                if not kept:
                    answer.update({"ok": False, "reason": "fault", "message": "flash not written"})
                self.result(answer)

    def _publish(self, channel, payload, qos=1, retain=False):
        self.mqtt.publish(self._base + channel, payload, qos, retain)

    def _message(self, topic, payload, retained):
        if topic == self._base + "cmd":
            self._commands.command(payload, retained)
        elif topic == self._base + "settings/set":
            self._commands.settings(payload, retained)

    def _hello(self):
        """Return what is told at every connect: who, that, how and what."""
        device = self._device
        facts = {
            "name": self._config.get("name") or self._config["id"],
            "board": info.board(),
            "serial": info.serial(),
            "boot": self._boot,
            "address": device.wifi.address,
        }
        self._changed.clear()
        device.wake.set()
        base = self._base
        return [
            Message(base + "info", info.Info(facts), 1, True),
            Message(base + "availability", "online", 1, True),
            Message(base + "state", device.state, 1, True),
            Message(base + "settings", json.dumps(device.settings.values), 1, True),
            Message(base + "telemetry", json.dumps(self._measure()), 0, False),
        ]

    def _measure(self):
        """Return all telemetry values."""
        gc.collect()
        values = self._values
        values["rssi"] = self._device.wifi.rssi()
        values["uptime_s"] = self._device.clock.now() // 1000
        values["free_heap"] = gc.mem_free()
        return values
