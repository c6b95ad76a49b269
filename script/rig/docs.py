"""Keep the tables of docs/contract.md true: they are made of the code that reads the wire."""

from collections.abc import Callable, Iterable
import re
import sys
from typing import Final

from custom_components.atelier.props.roster import ENTITY_LIMIT, PROP_LIMIT
from custom_components.atelier.wire.info import INFO_LIMIT, SECTION_LIMIT, Role
from custom_components.atelier.wire.messages import MESSAGE_LIMIT, Reason
from custom_components.atelier.wire.payload import LARGEST_NUMBER
from custom_components.atelier.wire.profiles import PROFILES
from custom_components.atelier.wire.topics import Channel
from custom_components.atelier.wire.values import (
    NAME_LIMIT,
    OPTIONS_LIMIT,
    TEXT_LIMIT,
    AtelierClass,
    Category,
    ValueType,
)
from rig.places import ROOT

CONTRACT: Final = ROOT / "docs" / "contract.md"

_CHANNELS: Final = {
    Channel.INFO: ("device", "yes", "1", "who it is and what it has"),
    Channel.AVAILABILITY: ("device, broker (last will)", "yes", "1", "`online` or `offline`"),
    Channel.STATE: ("device", "yes", "1", "the state's id"),
    Channel.TELEMETRY: ("device", "no", "0", "values"),
    Channel.SETTINGS: ("device", "yes", "1", "all settings"),
    Channel.SETTINGS_SET: ("Home Assistant", "no", "1", "settings to change"),
    Channel.EVENT: ("device", "no", "1", "what happened"),
    Channel.CMD: ("Home Assistant", "**never**", "1", "what to do"),
    Channel.RESULT: ("device", "no", "1", "what became of it"),
    Channel.UPDATE: ("both", "no", "1", "reserved for over-the-air updates"),
}
_ROLES: Final = {
    Role.TRIGGER: "to act once; what `atelier.trigger` sends",
    Role.STOP: "to stop acting; always safe",
    Role.ARM: "to be ready to act",
    Role.DISARM: "to stop and refuse to act",
    Role.RESTART: "to boot anew",
    Role.IDENTIFY: "to show which device it is",
    Role.RESET_COUNTER: "to set counters to nought; takes `counter`, else all",
}
_REASONS: Final = {
    Reason.BLOCKED: "it was told not to act",
    Reason.BUSY: "it acts already",
    Reason.LOCKOUT: "it acted a moment ago; `retry_ms` says when it can again",
    Reason.NOT_READY: "it is still starting",
    Reason.NOT_ACTIVE: "there is nothing to stop, pause or resume",
    Reason.NO_PLAYER: "its sound player is missing or silent",
    Reason.FAULT: "something is broken",
    Reason.OUT_OF_RANGE: "a value is outside its described range",
    Reason.BAD_ARGUMENTS: "a parameter or setting is missing, unknown or of another type",
    Reason.UNKNOWN_ACTION: "it has no such action",
    Reason.UNKNOWN_SETTING: "it has no such setting",
    Reason.EMPTY_COMMAND: "the command was empty",
}


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    columns = head.split("|")
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def channels() -> str:
    """Return the table of topics."""
    return _table(
        "Topic|From|Retained|QoS|Payload",
        ((f"`{channel}`", *_CHANNELS[channel]) for channel in Channel),
    )


def roles() -> str:
    """Return the table of roles."""
    return _table("Role|Tells the device", ((f"`{role}`", _ROLES[role]) for role in Role))


def reasons() -> str:
    """Return the table of reasons."""
    return _table(
        "Reason|It refuses because", ((f"`{reason}`", _REASONS[reason]) for reason in Reason)
    )


def value() -> str:
    """Return the table that describes a value."""
    return _table(
        "Key|Meaning",
        (
            ("`type`", f"{_code(ValueType)}; a setting is not `text`"),
            ("`name`", "text, or an object from language to text"),
            ("`unit`", "unit of measurement, as Home Assistant writes it"),
            ("`class`", "device class; see below"),
            ("`state_class`", "`measurement`, `total` or `total_increasing`"),
            ("`category`", _code(Category)),
            ("`icon`", "`mdi:…`"),
            ("`enabled`", "`false` hides it until somebody wants it"),
            ("`options`", f"of a `choice`: a list of at most {OPTIONS_LIMIT} texts"),
            ("`min`, `max`, `step`", "of an `int` or `float`"),
        ),
    )


def classes() -> str:
    """Return the table of Atelier's own classes."""
    meaning = {
        AtelierClass.UPTIME: "seconds since boot; shown as the moment of the boot",
        AtelierClass.FAULT: "text of what is wrong; empty or `null` if nothing is",
    }
    return _table("Class|Meaning", ((f"`{one}`", meaning[one]) for one in AtelierClass))


def limits() -> str:
    """Return the table of limits."""
    return _table(
        "What|Limit",
        (
            ("`info`", f"{INFO_LIMIT:,} bytes"),
            ("any other message", f"{MESSAGE_LIMIT:,} bytes"),
            ("what our own firmware takes of `cmd` and `settings/set`", "2,048 bytes"),
            ("items in each section of `capabilities`", str(SECTION_LIMIT)),
            ("a name", f"{NAME_LIMIT} printable characters"),
            ("a text value", f"{TEXT_LIMIT} printable characters; empty means unknown"),
            ("a number", f"±{LARGEST_NUMBER:,}"),
            ("devices under one prefix", f"{PROP_LIMIT:,}"),
            ("entities of one workshop", f"{ENTITY_LIMIT:,}"),
        ),
    )


def profiles() -> str:
    """Return the table of what is known of reference boards."""
    return _table(
        "Model|Ids that match|Actions",
        (
            (profile.model, f"`{profile.pattern.pattern}`", _code(profile.actions))
            for profile in PROFILES
        ),
    )


TABLES: Final[dict[str, Callable[[], str]]] = {
    table.__name__: table for table in (channels, roles, reasons, value, classes, limits, profiles)
}


def render(page: str) -> str:
    """Return a page with every table between `table` markers made anew."""

    def fill(match: re.Match[str]) -> str:
        table = TABLES[match["name"]]()
        return f"<!-- table: {match['name']} -->\n{table}\n<!-- /table -->"

    return re.sub(r"<!-- table: (?P<name>\w+) -->\n.*?<!-- /table -->", fill, page, flags=re.DOTALL)


def main() -> int:
    """Write the page, or say whether it drifted."""
    page = CONTRACT.read_text(encoding="utf-8")
    fresh = render(page)
    if "--check" in sys.argv[1:]:
        print("docs/contract.md is", "true" if page == fresh else "stale: run script/docs")
        return int(page != fresh)
    CONTRACT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
