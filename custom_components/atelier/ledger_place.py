"""Where a ledger is kept: addresses as people give them, and the file that needs none."""

from os.path import normpath
from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import sqlalchemy as sa

from .const import CONF_LEDGER_URL, CONF_MACHINES, DOMAIN

#: What SQLAlchemy shows instead of a password.
_HIDDEN: Final = "***"
_POSTGRESQL_PORT: Final = 5432


def ledger_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the file in which a workshop's ledger is kept unless another place is given."""
    return Path(hass.config.path(DOMAIN, f"{entry_id}.db"))


def make_folder(hass: HomeAssistant) -> None:
    """Make the folder of such files, which only Home Assistant may read. Blocks."""
    Path(hass.config.path(DOMAIN)).mkdir(mode=0o700, exist_ok=True)


def address_in(hass: HomeAssistant, entry: ConfigEntry, given: str | None = None) -> str:
    """Return the address of a workshop's ledger: the one given, or that in its options."""
    address: str = entry.options.get(CONF_LEDGER_URL, "") if given is None else given
    if address:
        return address
    path = str(ledger_path(hass, entry.entry_id))
    return sa.URL.create("sqlite+aiosqlite", database=path).render_as_string()


def hidden(address: str) -> str:
    """Return an address as it may be shown: without its password."""
    parsed = _parsed(address)
    return "" if parsed is None else parsed.render_as_string(hide_password=True)


def completed(given: str, kept: str) -> str | None:
    """Return an address with the password that was hidden when it was shown.

    None where it names another place than the one kept: no server is told the password of
    another.
    """
    new, old = _parsed(given), _parsed(kept)
    if new is None or new.password != _HIDDEN:
        return given
    if old is None or _key(new) != _key(old) or new.username != old.username:
        return None
    return new.set(password=old.password).render_as_string(hide_password=False)


def is_address(address: str) -> bool:
    """Tell whether an address names a file by its whole path, or a database on a server."""
    parsed = _parsed(address)
    if parsed is None or not parsed.database:
        return False
    return Path(parsed.database).is_absolute() if parsed.host is None else bool(parsed.host)


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses are of one database, whoever logs in there."""
    parsed, others = _parsed(one), _parsed(other)
    return parsed is not None and others is not None and _key(parsed) == _key(others)


def keeper(hass: HomeAssistant, address: str, own: ConfigEntry | None) -> str | None:
    """Return the title of another workshop whose ledger is there already."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if own is not None and entry.entry_id == own.entry_id:
            continue
        if entry.options.get(CONF_MACHINES) and same_place(address_in(hass, entry), address):
            return entry.title
    return None


def _parsed(address: str) -> sa.URL | None:
    try:
        return sa.make_url(address)
    except sa.exc.ArgumentError, ValueError:
        return None  # its port is no number, or it is no address at all


def _key(url: sa.URL) -> tuple[str, str, int, str]:
    """Return what tells databases apart."""
    if url.drivername.startswith("sqlite"):
        return "sqlite", "", 0, normpath(url.database or "")
    return (
        url.drivername,
        (url.host or "").lower(),
        url.port or _POSTGRESQL_PORT,
        url.database or "",
    )
