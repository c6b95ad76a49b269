"""What can be asked of a simulated board over its control connection."""

import binascii
import gc
import json
import sys


class Requests:
    """One method for each `do`."""

    def __init__(self, world, board, air, player, display, reader, flash, pins):
        """Take the parts; `pins` is what the bundle says of its wiring."""
        self._world = world
        self._board = board
        self._air = air
        self._player = player
        self._display = display
        self._reader = reader
        self._flash = flash
        self._pins = pins

    def obey(self, request, answer):
        """Do what is asked; `answer` is called once."""
        method = getattr(self, "do_" + str(request.get("do")), None)
        if method is None:
            raise ValueError("unknown request {}".format(request.get("do")))
        facts = method(request, answer)
        if facts is not None:
            answer(facts)

    def do_snapshot(self, _request, _answer):
        """Return everything that can be seen of the board."""
        gc.collect()
        used = gc.mem_alloc()
        device = _device()
        facts = {
            "ms": self._world.ms() - self._world.started,
            "ticks": self._world.ticks_ms(),
            "pins": {},
            "outputs": {},
            "network": "up" if self._air.up else "down",
            "state": device.state if device else None,
            "heap": {
                "used": used,
                "peak": max(used, self._world.heap_peak),
                "base": self._world.heap_base,
            },
        }
        for name, pin in self._pins.items():
            if "gpio" in pin:
                level = self._board.levels.get(pin["gpio"], 0)
                facts["pins"][name] = level
                if pin.get("direction") == "out":
                    facts["outputs"][name] = level != pin.get("off", 0)
                if pin["gpio"] in self._board.tones:
                    facts.setdefault("tones", {})[name] = self._board.tones[pin["gpio"]]
        if self._player:
            facts["player"] = self._player.describe()
        if self._display:
            whole = hasattr(self._display, "chunks")
            facts["display"] = self._display if whole else Picture(self._display)
        if self._reader:
            facts["reader"] = {
                "cards": [binascii.hexlify(card.uid).decode() for card in self._reader.cards],
                "found": self._reader.found,
                "empty": self._reader.empty,
            }
        return facts

    def do_edge(self, request, _answer):
        """Move an input: a pulse, or to a level that stays."""
        pin = self._pins.get(request["pin"])
        if not pin or pin.get("direction") != "in":
            raise ValueError("no input {}".format(request["pin"]))
        gpio = pin["gpio"]
        if "level" in request:
            self._board.edge(gpio, 1 if request["level"] else 0)
        else:
            rest = 1 if pin.get("pull") == "up" else 0
            self._board.edge(gpio, 1 - rest)
            self._board.edge(gpio, rest)
        return {}

    def do_player(self, request, _answer):
        """Change how the player behaves, how long its tracks are, and how many it has."""
        if request.get("mode", "normal") not in ("normal", "silent", "missing", "short_reply"):
            raise ValueError("no such mode")
        self._player.mode = request.get("mode", self._player.mode)
        self._player.track_ms = request.get("track_ms", self._player.track_ms)
        self._player.tracks = request.get("tracks", self._player.tracks)
        return {}

    def do_display(self, request, _answer):
        """Unplug the display, or plug it in again."""
        for pin in self._pins.values():
            if "i2c" in pin and request["present"]:
                self._board.i2c_chips[pin["address"]] = self._display
            elif "i2c" in pin:
                self._board.i2c_chips.pop(pin["address"], None)
        return {}

    def do_card_in(self, request, _answer):
        """Lay a card on the reader: `uid` is its id, first byte first, in hex."""
        self._need_reader().put(binascii.unhexlify(request["uid"]))
        return {}

    def do_card_out(self, request, _answer):
        """Take a card away, or all."""
        uid = request.get("uid")
        self._need_reader().take(None if uid is None else binascii.unhexlify(uid))
        return {}

    def do_reader(self, request, _answer):
        """Unplug the card reader, or plug it in again."""
        self._need_reader().present = bool(request["present"])
        return {}

    def do_track_end(self, _request, _answer):
        """Let the track come to its end."""
        self._player.end()
        return {}

    def do_network(self, request, _answer):
        """Lose the network, or bring it back."""
        self._air.set(bool(request["up"]))
        return {}

    def do_advance(self, request, answer):
        """Let virtual time go on; the answer comes when it has."""
        self._world.advance(int(request["ms"]), lambda: answer({}))

    def do_ticks(self, request, _answer):
        """Set the raw tick counter."""
        self._world.set_ticks(int(request["value"]))
        return {}

    def do_raise(self, request, _answer):
        """Raise once: in the app's loop, or in another method of the app or its device."""
        name = request.get("in", "step")
        place = _device().app if hasattr(_device().app, name) else _device()
        whole = getattr(place, name)

        def broken(*_, **__):
            setattr(place, name, whole)
            raise RuntimeError("asked for by the simulator")

        setattr(place, name, broken)
        _device().wake.set()
        return {}

    def do_stuck(self, _request, _answer):
        """Make the app hold the loop for ever."""
        import time

        def step():
            while True:
                time.sleep_ms(50)

        _device().app.step = step
        _device().wake.set()
        return {}

    def do_power(self, request, _answer):
        """Cut the power at the n-th change of the flash from now, or at once."""
        if request.get("cut_at") is None:
            from .world import Reset

            raise Reset("power cut")
        self._flash.cut_at(int(request["cut_at"]))
        return {}

    def do_heap(self, request, _answer):
        """Collect garbage after so many bytes, and begin a new peak."""
        gc.threshold(int(request.get("threshold", -1)))
        gc.collect()
        self._world.heap_peak = gc.mem_alloc()
        return {"used": self._world.heap_peak, "flash": self._flash.operations}

    def do_history(self, _request, _answer):
        """Return every output change and frame since the start, bounded."""
        return {"events": self._world.history}

    def do_exit(self, _request, _answer):
        """Shut down in good order."""
        device = _device()
        if device is None:
            raise SystemExit
        device.leave()
        return {}

    def _need_reader(self):
        if self._reader is None:
            raise ValueError("no card reader")
        return self._reader


def _device():
    """Return the running device, None while there is none."""
    return getattr(sys.modules.get("atelier.start"), "device", None)


class Picture:
    """What the display shows, as JSON in pieces."""

    def __init__(self, oled):
        """Take the display."""
        self._oled = oled

    def chunks(self):
        """Give width, height, the dots in base64, and the text that they make."""
        yield '{{"width":{},"height":{},"data":"'.format(self._oled.WIDTH, self._oled.HEIGHT)
        memory = memoryview(self._oled.memory)
        for at in range(0, len(memory), 96):
            yield binascii.b2a_base64(memory[at : at + 96])[:-1]
        yield '","lines":' + json.dumps(self._oled.lines()) + "}"
