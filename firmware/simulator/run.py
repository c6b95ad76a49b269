"""Run what is on a flash folder as a board would: FLASH_DIR CONTROL_PORT [virtual]."""

import gc
import json
import os
import sys

import micropython

# Line numbers of the simulator would take memory that boards do not have.
micropython.opt_level(3)


def main(flash_folder, port, virtual):
    """Boot, again and again, until the bundle ends in good order."""
    here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
    sys.path.insert(0, here + "/..")
    from simulator.air import Air
    from simulator.chips import Board, machine_module, time_module
    from simulator.control import Control
    from simulator.flash import Flash
    from simulator.history import History
    from simulator.loop import install
    from simulator.requests import Requests
    from simulator.world import Reset, World

    os.chdir(flash_folder)
    with open("rules.json") as file:
        pins = json.load(file)["pins"]
    for name, own in _own_wiring().items():
        pins[name] = dict(pins.get(name) or {}, **own)
    history = History(os.getcwd() + ".history")
    world = World(virtual, history)
    board = Board(world, {pin["gpio"]: name for name, pin in pins.items() if "gpio" in pin})
    air = Air(world)
    flash = Flash()
    player = display = reader = None
    busy = pins.get("busy")
    drive = (lambda level: board.edge(busy["gpio"], level)) if busy else None
    for pin in pins.values():
        if "uart" in pin:
            from simulator.player import Player

            player = board.serial_ends[pin["uart"]] = Player(world, drive)
        if "i2c" in pin:
            display = _display(pin)
            board.i2c_chips[pin["address"]] = display
        if "spi" in pin:
            from simulator.reader import Reader

            board.selects.add(pin["cs"])
            reader = board.spi_chips[pin["spi"]] = Reader(board, pin["cs"])

    requests = Requests(world, board, air, player, display, reader, flash, pins)
    world.control = Control(port, requests.obey)
    modules = sys.modules
    modules["time"] = time_module(world)
    modules["machine"] = machine_module(world, board, _serial(os.getcwd()))
    modules["network"] = air.network_module()
    modules["socket"], socket_class = air.socket_module()
    flash.install(modules)
    install(world, socket_class)
    sys.path[:] = ["", "lib", ".frozen"]
    ours = set(modules)
    gc.collect()
    world.heap_base = gc.mem_alloc()
    print("ready")
    while True:
        gc.collect()
        try:
            with open("main.py") as file:
                exec(file.read(), {"__name__": "__main__"})
            break
        except Reset as reset:
            print("reset:", reset)
            board.reset_cause = str(reset)
        _power_cycle(modules, ours, board, air, flash, world)
    board.power_off()
    world.control.close()
    history.close()


def _display(pin):
    """Return the display that a bus leads to; only what is fitted takes memory."""
    if pin.get("chip") == "hd44780":
        from simulator.lcd import Lcd

        return Lcd()
    from simulator.oled import Oled

    return Oled()


def _power_cycle(modules, ours, board, air, flash, world):
    """Forget everything that was in the board's memory."""
    from asyncio import core

    board.power_off()
    air.cut()
    flash.boot()
    world.boot()
    for name in list(modules):
        if name not in ours:
            del modules[name]
    core.new_event_loop()
    core.cur_task = None  # it held on to everything that ran


def _own_wiring():
    """Return how this board's wiring differs from its bundle's."""
    try:
        with open("config.json") as file:
            return json.load(file).get("pins") or {}
    except (OSError, ValueError):
        return {}


def _serial(folder):
    """Return six bytes that are the board's own."""
    import hashlib

    return hashlib.sha256(folder.encode()).digest()[:6]


if len(sys.argv) < 3:
    print("usage: run.py FLASH_DIR CONTROL_PORT [virtual]")
    sys.exit(2)
main(sys.argv[1], int(sys.argv[2]), "virtual" in sys.argv[3:])
