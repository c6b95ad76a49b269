"""A device on the bus: docs/contract.md from the board's side."""

import asyncio
import gc
import json

from . import info, outputs
from .clock import Clock
from .commands import Commands
from .log import log
from .mqtt import Client, Message
from .settings import Settings
from .store import Store
from .values import Refused, check_params
from .watchdog import Watchdog
from .wifi import Wifi

_STEP_LIMIT_MS = 25000
_LINK_LIMIT_MS = 120000
_RESTART_APP_MS = 5000
#: Settings that arrive in a burst (a slider) are written and told once.
_SETTINGS_QUIET_MS = 250


class Device:
    """Everything an app needs: state, values, events, settings, kept values, outputs."""

    def __init__(self, rules, config):
        """Put the parts together; nothing runs yet.

        `rules` is what the build made of `bundle.yaml`, `config` the board's own file.
        """
        self.rules = rules
        self.clock = Clock()
        self.store = Store()
        self.settings = Settings(rules["settings"], self.store)
        self.watchdog = Watchdog(self.clock)
        self.pins = dict(rules["pins"])
        self.pins.update(config.get("pins") or {})
        self.state = "booting"
        #: Set by whatever the app should look at; see `pause`.
        self.wake = asyncio.Event()
        self.faults = {}
        self.app = None
        self._config = config
        self._values = {}
        self._changed = {}
        self._tell = asyncio.Event()
        self._settings_changed = asyncio.Event()
        self._seq = 0
        self._exit = None
        self._tasks = []
        self._parts = []
        self._boot = info.boot_id()
        self._base = "{}/{}/".format(config.get("prefix") or "props", config["id"])
        wifi = config["wifi"]
        self.wifi = Wifi(wifi["ssid"], wifi.get("password"), config["id"])
        self.mqtt = Client(
            config["mqtt"], config["id"], self._base + "availability", "offline", self.clock
        )
        self.mqtt.topics = (self._base + "cmd", self._base + "settings/set")
        self.mqtt.on_message = self._message
        self.mqtt.on_connect = self._hello
        self._commands = Commands(self)
        self._offs = []

    # What apps use -----------------------------------------------------------------

    def output(self, pin, on_end=None):
        """Return a bounded output on a pin of the bundle; `on_end(reason)` tells its end."""
        facts = self.pins[pin]
        output = outputs.Output(
            facts["gpio"], facts["max_on_ms"], self.clock, on_end, facts.get("off", 0)
        )
        if facts.get("off_when_offline"):
            self._offs.append(output)
        self._parts.append(output.run)
        return output

    def part(self, name, make):
        """Return a piece of hardware made by `make()`; None, and a fault, where it fails.

        A part that the board's configuration lists under `without` is left out in silence.
        """
        if name in (self._config.get("without") or ()):
            return None
        try:
            part = make()
        except Exception as error:
            log(name, "is not there:", type(error).__name__, error)
            self.fault(name + "_missing")
            return None
        if hasattr(part, "run"):
            self._parts.append(part.run)
        return part

    def set_state(self, state):
        """Go to a state; it is published once for each transition."""
        if state != self.state:
            self.state = state
            self._publish("state", state, retain=True)

    def report(self, **values):
        """Set telemetry values and tell at once what changed."""
        for key, value in values.items():
            if key not in self._values or self._values[key] != value:
                self._values[key] = value
                self._changed[key] = value
        if self._changed:
            self._tell.set()

    def event(self, kind, **attributes):
        """Tell that something happened."""
        self._seq += 1
        attributes["type"] = kind
        attributes["seq"] = self._seq
        self._publish("event", json.dumps(attributes))

    def fault(self, reason, **attributes):
        """Tell a fault, once until it is cleared."""
        if reason not in self.faults:
            self.faults[reason] = True
            self._report_faults()
            self.event("faulted", reason=reason, **attributes)

    def clear_fault(self, reason):
        """Take a fault back."""
        if self.faults.pop(reason, None):
            self._report_faults()

    def keep(self, key, value):
        """Keep a value over restarts."""
        self.store.put("app." + key, value)

    def kept(self, key, default=None):
        """Return a kept value."""
        return self.store.get("app." + key, default)

    def count(self, key):
        """Add one to a counter that is kept and told."""
        value = self.kept(key, 0) + 1
        self.keep(key, value)
        self.report(**{key: value})

    async def pause(self, ms):
        """Sleep, but at most until something sets `wake`."""
        try:
            await asyncio.wait_for_ms(self.wake.wait(), max(1, int(ms)))
        except asyncio.TimeoutError:
            pass
        self.wake.clear()

    def act(self, action, params, source):
        """Do an action of the bundle, or raise Refused."""
        rules = self.rules["actions"].get(action)
        if rules is None:
            raise Refused("unknown_action", str(action)[:48])
        checked = check_params(rules, params)
        method = getattr(self.app, "do_" + action, None) or getattr(self, "do_" + action)
        method(checked, source)
        self.wake.set()

    def try_act(self, action, params, source):
        """Do an action on the device's own account; a refusal becomes an event."""
        try:
            self.act(action, params, source)
        except Refused as refusal:
            self.refuse(refusal, action, source)

    def change_settings(self, changes):
        """Take changes of settings, or raise Refused."""
        changed = self.settings.change(changes)
        self._settings_changed.set()
        if changed and hasattr(self.app, "settings_changed"):
            self.app.settings_changed(changed)
        if changed:
            self._tell.set()
            self.wake.set()

    # What every device can do ------------------------------------------------------

    def do_restart(self, _params, _source):
        """Stop and start again."""
        self._exit = "restart"
        self.wake.set()

    def do_identify(self, _params, _source):
        """Make the device recognisable, where its app has a way."""
        if hasattr(self.app, "identify"):
            self.app.identify()

    def do_stop(self, _params, _source):
        """Switch everything off."""
        outputs.all_off()

    def do_reset_counter(self, _params, _source):
        """Set the app's counters to zero."""
        for key in self.rules["counters"]:
            self.keep(key, 0)
            self.report(**{key: 0})

    # What the commands need --------------------------------------------------------

    def answer(self, answer):
        """Publish the answer to a command."""
        self._publish("result", json.dumps(answer))

    def refuse(self, refusal, action, source):
        """Tell that something was refused."""
        facts = {"reason": refusal.reason, "source": source}
        if isinstance(action, str):
            facts["action"] = action[:48]
        self.event("refused", **facts)

    def broken(self, where, error):
        """Make safe after an error in the app's code."""
        outputs.all_off()
        log("error in", where, type(error).__name__, error)
        self.fault("app_error", text="{}: {}".format(type(error).__name__, error)[:100])

    # Running -----------------------------------------------------------------------

    async def run(self, app):
        """Run until a restart or an exit is asked for; return which."""
        self.app = app
        self.event("booted")
        self.watchdog.watch("app", _STEP_LIMIT_MS)
        self.watchdog.watch("wifi", _LINK_LIMIT_MS)
        self.watchdog.watch("mqtt", _LINK_LIMIT_MS)
        beat = self.watchdog.beat
        steps = [part() for part in self._parts]
        steps.append(self.watchdog.run())
        steps.append(self.store.run(self.clock))
        steps.append(self.wifi.run(lambda: beat("wifi")))
        steps.append(self.mqtt.run(self.wifi.up, lambda: beat("mqtt")))
        steps.append(self._telemetry())
        steps.append(self._settings())
        if self._offs:
            steps.append(self._offline())
        self._tasks = [asyncio.create_task(self._guard(step)) for step in steps]
        while self._exit is None:
            beat("app")
            outputs.check_all()
            try:
                await app.step()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.broken("step", error)
                if hasattr(app, "recover"):
                    app.recover()
                await asyncio.sleep_ms(_RESTART_APP_MS)
        await self._shut_down()
        return self._exit

    def leave(self):
        """Ask for the end of `run`."""
        self._exit = "exit"
        self.wake.set()

    async def _shut_down(self):
        outputs.all_off()
        self.store.flush()
        await self.mqtt.stop(Message(self._base + "availability", "offline", 1, True))
        self.store.flush()
        for task in self._tasks:
            task.cancel()
        await asyncio.sleep_ms(0)

    async def _guard(self, step):
        """Run one part; one that breaks is told, and the others go on."""
        try:
            await step
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.broken("part", error)

    # The bus -----------------------------------------------------------------------

    def _publish(self, channel, payload, qos=1, retain=False):
        self.mqtt.publish(self._base + channel, payload, qos, retain)

    def _message(self, topic, payload, retained):
        if topic == self._base + "cmd":
            self._commands.command(payload, retained)
        elif topic == self._base + "settings/set":
            self._commands.settings(payload, retained)

    def _hello(self):
        """Return what is told at every connect: who, that, how and what."""
        facts = {
            "name": self._config.get("name") or self._config["id"],
            "board": info.board(),
            "serial": info.serial(),
            "boot": self._boot,
            "address": self.wifi.address,
        }
        self._changed.clear()
        base = self._base
        return [
            Message(base + "info", info.Info(facts), 1, True),
            Message(base + "availability", "online", 1, True),
            Message(base + "state", self.state, 1, True),
            Message(base + "settings", json.dumps(self.settings.values), 1, True),
            Message(base + "telemetry", json.dumps(self._measure()), 0, False),
        ]

    def _measure(self):
        """Return all telemetry values."""
        gc.collect()
        values = self._values
        values["rssi"] = self.wifi.rssi()
        values["uptime_s"] = self.clock.now() // 1000
        values["free_heap"] = gc.mem_free()
        return values

    def _report_faults(self):
        self.report(problem=bool(self.faults), fault=", ".join(sorted(self.faults)) or None)

    async def _telemetry(self):
        while True:
            interval_ms = self.settings["telemetry_interval"]
            due = self.clock.now() + interval_ms
            while self.clock.now() < due and interval_ms == self.settings["telemetry_interval"]:
                try:
                    await asyncio.wait_for_ms(self._tell.wait(), max(1, due - self.clock.now()))
                except asyncio.TimeoutError:
                    break
                self._tell.clear()
                if self._changed:
                    changed, self._changed = self._changed, {}
                    self._publish("telemetry", json.dumps(changed), 0)
            else:
                continue
            if self.mqtt.connected:
                self._publish("telemetry", json.dumps(self._measure()), 0)

    async def _settings(self):
        while True:
            await self._settings_changed.wait()
            await asyncio.sleep_ms(_SETTINGS_QUIET_MS)
            self._settings_changed.clear()
            self.store.flush()
            self._publish("settings", json.dumps(self.settings.values), retain=True)

    async def _offline(self):
        """Switch off, while there is no link, the outputs that are configured so."""
        while True:
            if not self.mqtt.connected:
                for output in self._offs:
                    output.off()
            await asyncio.sleep_ms(500)
