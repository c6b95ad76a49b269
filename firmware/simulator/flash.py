"""A flash whose power can be cut in the middle of a write."""

import builtins
import os as real

from .chips import Module
from .world import Reset


class Flash:
    """Counts every change of the flash, and fails at the one that is asked for."""

    def __init__(self):
        """Begin with power."""
        self.operations = 0
        self._cut_at = None
        self._dead = False

    def cut_at(self, operation):
        """Cut the power at the n-th change from now; None: never."""
        self.operations = 0
        self._cut_at = operation

    def boot(self):
        """Have power again."""
        self._dead = False
        self._cut_at = None

    def install(self, modules):
        """Put the flash behind `open` and `os`."""
        flash = self
        opened = builtins.open

        class File:
            """A file opened for writing."""

            def __init__(self, name, mode):
                flash.change()
                self._file = opened(name, mode)

            def write(self, data):
                """Write; where the power goes, half of it is written."""
                if flash.last():
                    self._file.write(data[: len(data) // 2])
                    self._file.close()
                flash.change()
                return self._file.write(data)

            def flush(self):
                """Flush."""
                self._file.flush()

            def close(self):
                """Close."""
                self._file.close()

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self._file.close()

        def open_(name, mode="r", *rest, **named):
            if "w" in mode or "a" in mode or "+" in mode:
                return File(name, mode)
            return opened(name, mode, *rest, **named)

        def changing(function):
            def change(*arguments):
                flash.change()
                return function(*arguments)

            return change

        builtins.open = open_
        names = {name: getattr(real, name) for name in dir(real)}
        for name in ("rename", "remove", "unlink", "mkdir", "rmdir"):
            names[name] = changing(names[name])
        modules["os"] = Module(**names)

    def last(self):
        """Tell whether the next change is the one at which the power goes."""
        return self._cut_at is not None and self.operations + 1 == self._cut_at

    def change(self):
        """Count a change; raise Reset where there is no power (any more)."""
        if self._dead:
            raise Reset("power cut")
        self.operations += 1
        if self._cut_at is not None and self.operations >= self._cut_at:
            self._dead = True
            raise Reset("power cut")
