"""A device: what its app uses, and what every device can do."""

import asyncio

from . import outputs
from .clock import Clock
from .log import log
from .settings import Settings
from .store import Store
from .values import Refused, check_params
from .watchdog import Watchdog
from .wifi import Wifi

_STEP_LIMIT_MS = 25000
_LINK_LIMIT_MS = 120000
_RESTART_APP_MS = 5000
_RESTART_PART_MS = 1000
#: An error that has not come back for so long is no fault any more.
_FORGIVEN_MS = 60000


class Device:
    """State, values, events, settings, kept values and outputs of one board."""

    def __init__(self, rules, config):
        """Put the parts together; nothing runs yet.

        `rules` is what the build made of `bundle.yaml`, `config` the board's own file.
        """
        self.rules = rules
        self.clock = Clock()
        self.store = Store()
        self.settings = Settings(rules["settings"], self.store)
        self.pins = _wiring(rules["pins"], config.get("pins") or {})
        self.state = "booting"
        self.faults = {}
        self.app = None
        #: Set by whatever the app should look at; see `pause`.
        self.wake = asyncio.Event()
        self.wifi = Wifi(config["wifi"]["ssid"], config["wifi"].get("password"), config["id"])
        #: The board's own configuration, as it stands in config.json.
        self.config = config
        #: What the bus hears of the device: the contract, or what the bundle speaks instead.
        self.presence = _presence(self, config)
        self._without = config.get("without") or ()
        self._watchdog = Watchdog(self.clock)
        self._broken_at = 0
        self._ending = None
        self._parts = []
        self._linked_outputs = []
        self.report(problem=False, fault=None)

    # What apps use -----------------------------------------------------------------

    @property
    def online(self):
        """Tell whether the bus hears the device now."""
        return self.presence.mqtt.connected

    def output(self, pin, on_end=None):
        """Return a bounded output on a pin of the bundle; `on_end(reason)` tells its end."""
        facts = self.pins[pin]
        output = outputs.Output(
            facts["gpio"], facts["max_on_ms"], self.clock, on_end, facts.get("off", 0)
        )
        if facts.get("off_when_offline"):
            self._linked_outputs.append(output)
        self._parts.append(output.run)
        return output

    def part(self, name, make):
        """Return a piece of hardware made by `make()`; None, and a fault, where it fails.

        A part that the board's configuration lists under `without` is left out in silence.
        """
        if name in self._without:
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
        """Go to a state; it is told once for each transition."""
        if state != self.state:
            self.state = state
            self.presence.state(state)
            self.wake.set()

    def report(self, **values):
        """Set telemetry values and tell at once what changed."""
        if self.presence.report(values):
            self.wake.set()

    def event(self, kind, **attributes):
        """Tell that something happened."""
        self.presence.event(kind, attributes)

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

    def try_act(self, action, params, source):
        """Do an action on the device's own account; a refusal becomes an event."""
        try:
            self.act(action, params, source)
        except Refused as refusal:
            self.refuse(refusal, action, source)
        except Exception as error:
            self.broken(action, error)

    def leave(self, how="exit"):
        """Ask for the end of `run`: `exit`, or `restart`."""
        self._ending = how
        self.wake.set()

    # What every device can do ------------------------------------------------------

    def do_restart(self, _params, _source):
        """Stop and start again."""
        self.leave("restart")

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

    # What commands need ------------------------------------------------------------

    def act(self, action, params, source):
        """Do an action of the bundle, or raise Refused."""
        rules = self.rules["actions"].get(action)
        if rules is None:
            raise Refused("unknown_action", str(action)[:48])
        checked = check_params(rules, params)
        method = getattr(self.app, "do_" + action, None) or getattr(self, "do_" + action)
        method(checked, source)
        self.wake.set()

    def change_settings(self, changes):
        """Take changes of settings, or raise Refused."""
        changed = self.settings.change(changes)
        self.presence.settings_changed()
        if changed and hasattr(self.app, "settings_changed"):
            self.app.settings_changed(changed)
        self.wake.set()

    def answer(self, answer):
        """Tell the answer to a command."""
        self.presence.result(answer)

    def answer_when_kept(self, answer):
        """Tell the answer to a change of settings when it is written."""
        self.presence.owe(answer)

    def refuse(self, refusal, action, source):
        """Tell that something was refused."""
        facts = {"reason": refusal.reason, "source": source}
        if isinstance(action, str):
            facts["action"] = action[:48]
        self.event("refused", **facts)

    def broken(self, where, error):
        """Make safe after an error in the app's code."""
        outputs.all_off()
        self._broken_at = self.clock.now()
        log("error in", where, type(error).__name__, error)
        try:
            self.fault("app_error", text="{}: {}".format(type(error).__name__, error)[:100])
            if hasattr(self.app, "recover"):
                self.app.recover()
        except Exception as further:
            log("error in recovery", type(further).__name__, further)

    # Running -----------------------------------------------------------------------

    async def run(self, app):
        """Run until a restart or an exit is asked for; return which."""
        self.app = app
        self.event("booted")
        tasks = [asyncio.create_task(self._keep_running(part)) for part in self._all_parts()]
        while self._ending is None:
            self._watchdog.beat("app")
            outputs.check_all()
            if "app_error" in self.faults and self.clock.now() > self._broken_at + _FORGIVEN_MS:
                self.clear_fault("app_error")
            try:
                await app.step()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.broken("step", error)
                await asyncio.sleep_ms(_RESTART_APP_MS)
        outputs.all_off()
        self.store.flush()
        await self.presence.goodbye()
        for task in tasks:
            task.cancel()
        await asyncio.sleep_ms(0)
        return self._ending

    def _all_parts(self):
        """Return the functions whose coroutines run beside the app."""
        beat = self._watchdog.beat
        self._watchdog.watch("app", _STEP_LIMIT_MS)
        self._watchdog.watch("wifi", _LINK_LIMIT_MS)
        self._watchdog.watch("mqtt", _LINK_LIMIT_MS)
        mqtt = self.presence.mqtt
        parts = list(self._parts)
        parts.append(self._watchdog.run)
        parts.append(lambda: self.store.run(self.clock))
        parts.append(lambda: self.wifi.run(lambda: beat("wifi")))
        parts.append(lambda: mqtt.run(self.wifi.up, lambda: beat("mqtt")))
        parts.extend(self.presence.parts)
        if self._linked_outputs:
            parts.append(self._off_when_offline)
        return parts

    async def _keep_running(self, part):
        """Run one part; one that breaks is told and begins again, while the others go on."""
        while self._ending is None:
            try:
                await part()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.broken("part", error)
            await asyncio.sleep_ms(_RESTART_PART_MS)

    async def _off_when_offline(self):
        """Switch off, while nobody is heard, the outputs that are configured so."""
        while True:
            if not self.online:
                for output in self._linked_outputs:
                    output.off()
            await asyncio.sleep_ms(500)

    def _report_faults(self):
        self.report(problem=bool(self.faults), fault=", ".join(sorted(self.faults)) or None)


def _presence(device, config):
    """Return what speaks for the device: a module of the bundle, else docs/contract.md."""
    module = device.rules.get("presence")
    if module:
        return __import__(module).Presence(device, config)
    from .commands import Commands
    from .presence import Presence

    return Presence(device, config, Commands(device))


def _wiring(pins, own):
    """Return the bundle's pins with a board's own wiring; a cap can only be lowered."""
    wired = dict(pins)
    for name, facts in own.items():
        pin = dict(pins.get(name) or {})
        pin.update(facts)
        if "max_on_ms" in pin:
            cap = pins.get(name, pin).get("max_on_ms")
            pin["max_on_ms"] = min(pin["max_on_ms"], cap or pin["max_on_ms"])
        wired[name] = pin
    return wired
