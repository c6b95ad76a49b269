"""What the board's outputs did, in a file beside its flash: memory has no room for it."""

import json
import os

LIMIT = 20000


class History:
    """Events as [ms, what, value]; the oldest half goes when there are too many."""

    def __init__(self, path):
        """Begin empty."""
        self._path = path
        self._file = open(path, "w+")
        self._count = 0

    def add(self, ms, what, value):
        """Add an event."""
        if self._count >= LIMIT:
            self._forget()
        self._file.write(json.dumps([ms, what, value]))
        self._file.write("\n")
        self._count += 1

    def chunks(self):
        """Give all events as one JSON array, in pieces."""
        self._file.flush()
        yield "["
        with open(self._path) as file:
            for index, line in enumerate(file):
                yield ("," if index else "") + line[:-1]
        yield "]"

    def close(self):
        """Remove the file."""
        self._file.close()
        os.remove(self._path)

    def _forget(self):
        self._file.flush()
        with open(self._path) as file, open(self._path + ".new", "w") as new:
            for index, line in enumerate(file):
                if index >= LIMIT // 2:
                    new.write(line)
        os.rename(self._path + ".new", self._path)
        self._file.close()
        self._file = open(self._path, "a+")
        self._count = LIMIT - LIMIT // 2
