"""HTTP in and out: what comes in is checked here, what is done is done elsewhere."""

from importlib import import_module

from forge.unneeded import unneeded

with unneeded("aiodns"):  # 2 MB for who asks many hosts; the Forge asks Home Assistant's alone
    import_module("aiohttp")
