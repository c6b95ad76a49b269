"""The `info` message, streamed from flash so that no large buffer is needed."""

import json
import os

BUNDLE = "bundle.json"
_CHUNK = 256


class Info:
    """What this board is, followed by what its bundle says of all boards like it."""

    def __init__(self, facts):
        """Join the board's facts with `bundle.json`; both are JSON objects."""
        self._head = json.dumps(facts).encode()[:-1] + b","
        self.length = len(self._head) + os.stat(BUNDLE)[6] - 1

    def chunks(self):
        """Give the payload in pieces of at most 256 bytes."""
        yield self._head
        with open(BUNDLE, "rb") as bundle:
            bundle.read(1)  # the brace that `_head` has already opened
            while True:
                chunk = bundle.read(_CHUNK)
                if not chunk:
                    return
                yield chunk


def serial():
    """Return the chip's own id."""
    import binascii

    from machine import unique_id

    return binascii.hexlify(unique_id()).decode()


def boot_id():
    """Return a text that differs at each boot."""
    import binascii

    return binascii.hexlify(os.urandom(6)).decode()


def board():
    """Return the kind of board."""
    import sys

    return "unix" if sys.platform == "linux" else sys.platform
