"""From power-on to a running device, and back to a safe board whatever happens."""

import asyncio
import gc
import json

from . import outputs
from .log import log

_PAUSE_MS = 5000

#: The running device, for a look from the console.
device = None


def start():
    """Run the bundle on this flash; return "exit" when asked to end, else reset the board."""
    import time

    import machine

    ended = None
    try:
        ended = asyncio.run(_run())
    except Exception as error:
        outputs.all_off()
        log("stopped:", type(error).__name__, error)
    finally:
        outputs.all_off()
    if ended != "exit":
        if ended is None:
            time.sleep_ms(_PAUSE_MS)  # no reset storm
        machine.reset()
    return ended


async def _run():
    global device
    # The largest first, each cleared up after, so that memory stays in large pieces.
    with open("rules.json") as file:
        rules = json.load(file)
    presence = rules.get("presence") or "atelier.presence"
    for module in ("atelier.link", "atelier.mqtt", presence, "atelier.device"):
        __import__(module)
        gc.collect()
    from .device import Device

    device = Device(rules, _config())
    gc.collect()
    module = __import__(rules["app"])
    app = module.App(device)
    gc.collect()
    log(rules["model"], rules["version"], "free", gc.mem_free())
    return await device.run(app)


def _config():
    """Return the board's own configuration; raise ValueError that says what is wrong."""
    try:
        with open("config.json") as file:
            config = json.load(file)
    except (OSError, ValueError) as error:
        raise ValueError("config.json: {}".format(error))
    for key in ("id", "wifi", "mqtt"):
        if not config.get(key):
            raise ValueError("config.json: {} is missing".format(key))
    pins = config.get("pins") or {}
    if not isinstance(pins, dict) or not all(isinstance(pin, dict) for pin in pins.values()):
        raise ValueError("config.json: pins must be an object of objects")
    _check_topic("id", config["id"], 64, 1)
    _check_topic("prefix", config.get("prefix") or "props", 256, 4)
    if not config["wifi"].get("ssid") or not config["mqtt"].get("host"):
        raise ValueError("config.json: wifi.ssid and mqtt.host are needed")
    return config


def _check_topic(key, text, limit, levels):
    """Raise ValueError where a text cannot be a part of a topic (docs/contract.md, «Topics»)."""
    parts = text.split("/") if isinstance(text, str) and len(text) <= limit else []
    for part in parts:
        plain = part.replace("-", "").replace("_", "").replace(".", "" if levels > 1 else ".")
        if not plain or not (part[0].isalpha() or part[0].isdigit()):
            parts = []
        for letter in plain:
            if not ("0" <= letter <= "9" or "a" <= letter <= "z" or "A" <= letter <= "Z"):
                parts = []
    if not 0 < len(parts) <= levels:
        raise ValueError("config.json: {} must be letters, digits, - and _".format(key))
