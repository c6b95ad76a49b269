"""What a machine board and its server say to each other, to the byte (docs/machine-board.md)."""

import json

CHECK_MACHINE = '{"action":"checkmachine"}'

#: A start, stop or care with these answers is settled: asking again would not change them.
_SETTLED = ("Invalid card", "Wrong user card", "Not authorized")


def alive(version, address, serial, heap):
    """Return the sign of life; the heap is told as text."""
    return '{{"action":"alive","version":"{}","ip":"{}","serial":"{}","heap":"{}"}}'.format(
        version, address, serial, heap
    )


def check_user(uid):
    """Return the question whether a card may use the machine."""
    return '{{"action":"checkuser","uid":"{}"}}'.format(uid)


def in_use(uid, seconds):
    """Return the sign that a use goes on."""
    return '{{"action":"inuse", "uid":"{}","duration":{}}}'.format(uid, seconds)


def told(entry, replay):
    """Return what an entry of the journal says; its own keys come after the protocol's."""
    own_id, action, uid, duration, at = entry.split(",")
    text = '{{"action":"{}", "uid":"{}"'.format(action, uid)
    if duration:
        text += ',"duration":' + duration
    if replay:
        text += ', "replay":true'
    text += ',"id":"{}"'.format(own_id)
    if at:
        text += ',"at":' + at
    return text + "}"


def uid_text(uid):
    """Return a card's id as the protocol spells it: a number, its first byte the lowest."""
    return "{:02x}{:02x}{:02x}{:02x}".format(uid[3], uid[2], uid[1], uid[0])


def is_uid(text):
    """Tell whether something is a card's id as the protocol spells it."""
    return isinstance(text, str) and len(text) == 8 and not text.strip("0123456789abcdef")


def parse(payload):
    """Return the JSON object in a payload, None where there is none."""
    try:
        parsed = json.loads(payload.decode())
    # None: too large a message; RuntimeError: nested too deeply.
    except (AttributeError, ValueError, RuntimeError, MemoryError):
        return None
    return parsed if isinstance(parsed, dict) else None


# A reply names no query, so one that comes late is told from the right one by its shape.


def fits_any(reply):
    """Tell whether a reply may be the server's word on a query that it refuses."""
    return reply.get("request_ok") is False


def fits_machine(reply):
    """Tell whether a reply may be the answer to `checkmachine`."""
    return fits_any(reply) or (reply.get("request_ok") is True and "logoff" in reply)


def fits_user(reply):
    """Tell whether a reply may be the answer to `checkuser`."""
    if reply.get("request_ok") is True:
        return "is_valid" in reply and "logoff" not in reply
    return fits_any(reply)


def fits_word(reply):
    """Tell whether a reply may be the answer to a start, stop, care or `inuse`."""
    return isinstance(reply.get("request_ok"), bool) and "is_valid" not in reply


def settled(reply):
    """Tell whether a reply ends the matter of a start, stop or care."""
    return reply["request_ok"] or reply.get("message") in _SETTLED


class Verdict:
    """Who a card belongs to and what it may do."""

    def __init__(self, level, name):
        """Take a level (0 nobody, 1 member, 2 staff, 3 admin) and a name for the display."""
        self.level = level
        self.name = name


def verdict(reply, uid):
    """Return the server's word on a card; level 0 where it is refused."""
    level = number(reply.get("level"), 0)
    # As on the reference board: valid is the number 1, and level 0 is refused all the same.
    valid = reply.get("is_valid") in (True, 1)
    return Verdict(level if valid and 0 < level <= 3 else 0, _text(reply.get("name")) or uid)


def machine(reply):
    """Return what a `checkmachine` says, with the board's meaning of what is missing."""
    grace = number(reply.get("grace"), 1)
    return {
        "name": _text(reply.get("name")),
        "allowed": reply.get("allowed") is True,
        "maintenance": reply.get("maintenance") is True,
        "care": _text(reply.get("description")),
        "logoff": number(reply.get("logoff"), 0),
        "grace": grace,
    }


def number(raw, default):
    """Return a whole number of 16 bits, else a default."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 <= raw < 65536:
        return default
    return int(raw)


def _text(raw):
    return raw[:16] if isinstance(raw, str) else ""
