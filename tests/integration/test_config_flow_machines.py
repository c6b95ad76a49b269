"""Machines are switched on, moved and refused by hand."""

import asyncio
from collections.abc import Callable
import logging
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from custom_components.atelier import ledger_move
from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger_place import ledger_path
from tests.ledger.conftest import cluster  # noqa: F401 - a fixture
from tests.ledger.postgres import Cluster

from .conftest import SetUp, take_down
from .machine import ANNA, Laser

type Flow = Callable[..., Any]

SECRET = "s3cr3t-w0rd"

#: What may be wrong in the form, the field whose fault it is, and the error.
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no prefix": ({"machine_prefix": " "}, "machine_prefix", "bad_machine_prefix"),
    "a wildcard": ({"machine_prefix": "+"}, "machine_prefix", "bad_machine_prefix"),
    "all": ({"machine_prefix": "machine/#"}, "machine_prefix", "bad_machine_prefix"),
    "two levels": ({"machine_prefix": "hall/machine"}, "machine_prefix", "bad_machine_prefix"),
    "no ASCII": ({"machine_prefix": "mäschine"}, "machine_prefix", "bad_machine_prefix"),
    "too long": ({"machine_prefix": "m" * 65}, "machine_prefix", "bad_machine_prefix"),
    "that of props": ({"machine_prefix": "props"}, "machine_prefix", "prefixes_overlap"),
    "half a day": ({"uses_days": 1.5}, "uses_days", "whole_days"),
    "half a card's day": ({"cards_days": 0.5 + 1}, "cards_days", "whole_days"),
    "no address": ({"ledger_url": "nonsense"}, "ledger_url", "ledger_address"),
    "no port": (
        {"ledger_url": "postgresql+asyncpg://a:b@h:port/db"},
        "ledger_url",
        "ledger_address",
    ),
    "no host": ({"ledger_url": "postgresql+asyncpg:///db"}, "ledger_url", "ledger_address"),
    "no database": ({"ledger_url": "postgresql+asyncpg://h"}, "ledger_url", "ledger_address"),
    "another kind": ({"ledger_url": "mysql://a:b@h/db"}, "ledger_url", "ledger_address"),
    "no driver": ({"ledger_url": "sqlite:////tmp/l.db"}, "ledger_url", "ledger_address"),
    "in memory": ({"ledger_url": "sqlite+aiosqlite://"}, "ledger_url", "ledger_address"),
    "half a path": ({"ledger_url": "sqlite+aiosqlite:///l.db"}, "ledger_url", "ledger_address"),
    "a password where all see it": (
        {"ledger_url": "postgresql+asyncpg://h/db?password=x"},
        "ledger_url",
        "ledger_address",
    ),
    "another's word": (
        {"ledger_url": "postgresql+asyncpg://h/db?sslmode=require"},
        "ledger_url",
        "ledger_address",
    ),
    "no mode of TLS": (
        {"ledger_url": "postgresql+asyncpg://127.0.0.1:1/db?ssl=maybe"},
        "ledger_url",
        "ledger_address",
    ),
    "a file with wishes": (
        {"ledger_url": "sqlite+aiosqlite:////tmp/l.db?mode=ro"},
        "ledger_url",
        "ledger_address",
    ),
    "no folder": (
        {"ledger_url": "sqlite+aiosqlite:////no/such/folder/l.db"},
        "ledger_url",
        "ledger_unreachable",
    ),
    "nobody there": (
        {"ledger_url": "postgresql+asyncpg://a:b@127.0.0.1:1/db"},
        "ledger_url",
        "ledger_unreachable",
    ),
    "a password of elsewhere": (
        {"ledger_url": "postgresql+asyncpg://a:***@h/db"},
        "ledger_url",
        "ledger_password",
    ),
}


@pytest.fixture(autouse=True)
def sockets() -> None:
    """Allow sockets: there are real servers."""
    pytest_socket.enable_socket()


@pytest.fixture
async def making(hass: HomeAssistant, mqtt_mock: Any) -> Any:
    """Return what opens the form about machines while a workshop is made."""

    async def begin() -> Any:
        shown = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        said = {"next_step_id": "workshop"}
        await hass.config_entries.flow.async_configure(shown["flow_id"], said)
        said = {"name": "Shop", "prefixes": ["props"], "machines": True}
        return await hass.config_entries.flow.async_configure(shown["flow_id"], said)

    yield begin
    await take_down(hass)


async def change(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Return the form about machines among a workshop's options."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    said = {"prefixes": ["props"], "command_timeout": 5, "machines": True}
    shown = await hass.config_entries.options.async_configure(shown["flow_id"], said)
    assert shown["step_id"] == "machines"
    return shown


async def choose(hass: HomeAssistant, shown: Any, said: dict[str, Any]) -> Any:
    """Fill a form of the options in."""
    done = await hass.config_entries.options.async_configure(shown["flow_id"], said)
    await hass.async_block_till_done()
    return done


def filled(said: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the whole form about machines."""
    return {"machine_prefix": "machine", "uses_days": 365, "cards_days": 30} | (said or {})


def suggestions(shown: Any) -> dict[str, Any]:
    """Return what a form suggests."""
    return {
        str(key): key.description["suggested_value"]
        for key in shown["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }


async def test_a_workshop_is_made_with_machines(hass: HomeAssistant, making: Flow) -> None:
    shown = await making()
    assert shown["step_id"] == "machines"
    made = await hass.config_entries.flow.async_configure(shown["flow_id"], filled())
    await hass.async_block_till_done()
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["title"] == "Shop"
    assert made["options"] == {
        "prefixes": ["props"],
        "command_timeout": 5,
        "machines": True,
        "machine_prefix": "machine",
        "ledger_url": "",
        "uses_days": 365,
        "cards_days": 30,
    }
    assert made["result"].runtime_data.makerspace is not None
    assert ledger_path(hass, made["result"].entry_id).is_file()


@pytest.mark.parametrize(("said", "field", "error"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_refused_and_may_be_mended(
    hass: HomeAssistant, making: Flow, said: dict[str, Any], field: str, error: str
) -> None:
    shown = await making()
    refused = await hass.config_entries.flow.async_configure(shown["flow_id"], filled(said))
    assert refused["type"] is FlowResultType.FORM
    assert refused["errors"] == {field: error}
    assert suggestions(refused).items() >= filled(said).items()
    made = await hass.config_entries.flow.async_configure(shown["flow_id"], filled())
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(("said", "field", "error"), WRONG.values(), ids=WRONG)
async def test_wrong_options_change_nothing(
    hass: HomeAssistant, laser: Laser, said: dict[str, Any], field: str, error: str
) -> None:
    options = dict(laser.entry.options)
    shown = await change(hass, laser.entry)
    refused = await choose(hass, shown, filled(said))
    assert refused["errors"] == {field: error}
    assert suggestions(refused).items() >= filled(said).items()
    assert laser.entry.options == options
    assert (await laser.asks("checkmachine"))["request_ok"] is True


@pytest.mark.parametrize(
    "said",
    [
        {"uses_days": 0},
        {"uses_days": -1},
        {"uses_days": 36_501},
        {"cards_days": "soon"},
        {"cards_days": None},
        {"machine_prefix": 7},
        {"ledger_url": ["x"]},
        {"nobody": "asked"},
    ],
    ids=str,
)
async def test_what_no_form_would_send_is_refused(
    hass: HomeAssistant, making: Flow, said: dict[str, Any]
) -> None:
    shown = await making()
    with pytest.raises(InvalidData):
        await hass.config_entries.flow.async_configure(shown["flow_id"], filled(said))
    made = await hass.config_entries.flow.async_configure(shown["flow_id"], filled())
    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_a_prefix_under_which_nothing_is_heard_is_refused(
    hass: HomeAssistant, making: Flow, deaf: Callable[[str], None]
) -> None:
    shown = await making()
    deaf("machine")
    refused = await hass.config_entries.flow.async_configure(shown["flow_id"], filled())
    assert refused["errors"] == {"base": "not_heard"}


async def test_two_workshops_share_neither_prefix_nor_ledger(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    attic = await set_up("attic", title="Attic", machines=True, machine_prefix="upstairs")
    entry = await set_up("props")
    shown = await change(hass, entry)
    refused = await choose(hass, shown, filled({"machine_prefix": "upstairs"}))
    assert refused["errors"] == {"machine_prefix": "prefix_taken"}
    assert refused["description_placeholders"]["workshop"] == "Attic"
    theirs = f"sqlite+aiosqlite:///{ledger_path(hass, attic.entry_id)}"
    refused = await choose(hass, shown, filled({"ledger_url": theirs}))
    assert refused["errors"] == {"ledger_url": "ledger_taken"}
    assert refused["description_placeholders"]["workshop"] == "Attic"


async def test_props_do_not_move_into_the_machines_branch(
    hass: HomeAssistant, laser: Laser
) -> None:
    shown = await laser.entry.start_reconfigure_flow(hass)
    said = {"name": "Cellar", "prefixes": ["props", "machine"]}
    refused = await hass.config_entries.flow.async_configure(shown["flow_id"], said)
    assert refused["errors"] == {"prefixes": "prefixes_overlap"}
    assert refused["description_placeholders"]["prefix"] == "machine"


async def test_a_file_that_is_no_ledger_is_left_alone(
    hass: HomeAssistant, making: Flow, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Anna, " * 100)
    shown = await making()
    url = f"sqlite+aiosqlite:///{letter}"
    refused = await hass.config_entries.flow.async_configure(
        shown["flow_id"], filled({"ledger_url": url})
    )
    assert refused["errors"] == {"ledger_url": "ledger_unreachable"}
    assert letter.read_text() == "Dear Anna, " * 100


async def written(url: str, *statements: str) -> None:
    """Write into a database behind its ledger's back."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    await engine.dispose()


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (("CREATE TABLE members (shoe_size INTEGER)",), "ledger_foreign"),
        (
            (
                "CREATE TABLE alembic_version (version_num VARCHAR(32))",
                "INSERT INTO alembic_version VALUES ('v9999')",
            ),
            "ledger_newer",
        ),
    ],
)
async def test_a_database_of_something_else_is_left_alone(
    hass: HomeAssistant,
    making: Flow,
    cluster: Cluster,  # noqa: F811 - the fixture
    statements: tuple[str, ...],
    error: str,
) -> None:
    url = cluster.new_database()
    await written(url, *statements)
    shown = await making()
    refused = await hass.config_entries.flow.async_configure(
        shown["flow_id"], filled({"ledger_url": url})
    )
    assert refused["errors"] == {"ledger_url": error}


# Passwords


async def test_a_password_is_neither_shown_nor_logged(
    hass: HomeAssistant,
    set_up: SetUp,
    cluster: Cluster,  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
) -> None:
    bare = sa.make_url(cluster.new_guarded_database("guarded", SECRET)).set(username="guarded")
    right = bare.set(password=SECRET).render_as_string(hide_password=False)
    wrong = bare.set(password=f"{SECRET}!").render_as_string(hide_password=False)
    nowhere = bare.set(password=SECRET, database="nowhere").render_as_string(hide_password=False)
    caplog.set_level(logging.DEBUG)
    entry = await set_up("props")
    shown = await change(hass, entry)
    refused = await choose(hass, shown, filled({"ledger_url": wrong}))
    assert refused["errors"] == {"ledger_url": "ledger_login"}
    refused = await choose(hass, shown, filled({"ledger_url": nowhere}))
    assert refused["errors"] == {"ledger_url": "ledger_no_database"}
    done = await choose(hass, shown, filled({"ledger_url": right}))
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.runtime_data.makerspace.ledger_kind == "server"

    shown = await change(hass, entry)
    hidden = suggestions(shown)["ledger_url"]
    assert SECRET not in hidden
    assert "guarded:***@127.0.0.1" in hidden
    elsewhere = hidden.replace(str(cluster.port), "1")
    refused = await choose(hass, shown, filled({"ledger_url": elsewhere}))
    assert refused["errors"] == {"ledger_url": "ledger_password"}
    done = await choose(hass, shown, filled({"ledger_url": hidden, "uses_days": 100}))
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert (entry.options["ledger_url"], entry.options["uses_days"]) == (right, 100)
    assert SECRET not in caplog.text


async def test_a_ledger_that_is_away_keeps_nobody_from_changing_the_rest(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up("props")
    url = "postgresql+asyncpg://a:b@127.0.0.1:1/db"
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "machines": True, "ledger_url": url}
    )
    shown = await change(hass, entry)
    said = filled({"ledger_url": suggestions(shown)["ledger_url"], "uses_days": 10})
    done = await choose(hass, shown, said)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert (entry.options["ledger_url"], entry.options["uses_days"]) == (url, 10)


# Another place


async def copied(hass: HomeAssistant, shown: Any) -> Any:
    """Wait until a ledger is copied; return what the dialog says then."""
    async with asyncio.timeout(20):
        while shown["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done()
            shown = await hass.config_entries.options.async_configure(shown["flow_id"])
    await hass.async_block_till_done()
    return shown


async def test_a_ledger_moves_to_a_server_with_all_it_holds(
    hass: HomeAssistant,
    laser: Laser,
    cluster: Cluster,  # noqa: F811 - the fixture
) -> None:
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("stopuse", uid=ANNA, duration=3600)
    await laser.asks("startuse", uid=ANNA)
    before = laser.makerspace.desk.facts
    url = cluster.new_database()
    asked = await choose(
        hass, await change(hass, laser.entry), filled({"ledger_url": url, "uses_days": 99})
    )
    assert asked["step_id"] == "move"
    copying = await hass.config_entries.options.async_configure(asked["flow_id"], {"copy": True})
    assert copying["type"] is FlowResultType.SHOW_PROGRESS
    done = await copied(hass, copying)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert laser.makerspace.ledger_kind == "server"
    assert laser.entry.options["uses_days"] == 99
    after = laser.makerspace.desk.facts
    assert (after.members, after.permissions) == (before.members, before.permissions)
    assert (after.machines, after.open_uses, after.used_s) == (
        before.machines,
        before.open_uses,
        before.used_s,
    )
    assert (await laser.asks("stopuse", uid=ANNA, duration=60))["request_ok"] is True
    assert laser.shows("sensor", "state") == "free"


async def test_a_workshop_may_begin_anew_and_go_back(
    hass: HomeAssistant, laser: Laser, tmp_path: Path
) -> None:
    old = laser.entry.options["ledger_url"]
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{tmp_path}/new.db"})
    asked = await choose(hass, await change(hass, laser.entry), said)
    assert asked["step_id"] == "move"
    done = await choose(hass, asked, {"copy": False})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert laser.makerspace.desk.facts.machines == {}
    done = await choose(hass, await change(hass, laser.entry), filled({"ledger_url": old}))
    assert done["type"] is FlowResultType.CREATE_ENTRY  # there was nothing to ask about
    assert laser.makerspace.desk.facts.machines.keys() == {7}


async def test_a_ledger_that_is_there_already_is_told_of(
    hass: HomeAssistant, laser: Laser, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    await laser.makerspace.ledger.copy_to(copy)
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{copy}"})
    asked = await choose(hass, await change(hass, laser.entry), said)
    assert asked["step_id"] == "adopt"
    assert asked["description_placeholders"] == {"machines": "1", "members": "2", "uses": "0"}
    done = await choose(hass, asked, {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert laser.makerspace.desk.facts.machines.keys() == {7}


@pytest.mark.parametrize("error", [LedgerUnavailable("The disk is full"), KeyError(ANNA)])
async def test_a_copy_that_fails_leaves_all_as_it_was(
    laser: Laser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    hass = laser.hass
    options = dict(laser.entry.options)
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{tmp_path}/new.db"})
    asked = await choose(hass, await change(hass, laser.entry), said)

    async def fail(*_args: object) -> int:
        raise error

    monkeypatch.setattr(ledger_move, "copy", fail)
    shown = await hass.config_entries.options.async_configure(asked["flow_id"], {"copy": True})
    done = await copied(hass, shown)
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "ledger_not_copied"
    assert "The ledger was not copied: " in caplog.text
    assert ANNA not in caplog.text
    assert laser.entry.options == options
    assert (await laser.asks("checkmachine"))["name"] == "Laser"


async def test_a_workshop_that_holds_on_to_its_ledger_keeps_it(
    hass: HomeAssistant, laser: Laser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = dict(laser.entry.options)
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{tmp_path}/new.db"})
    asked = await choose(hass, await change(hass, laser.entry), said)

    async def stay(_entry_id: str) -> bool:
        return False

    with monkeypatch.context() as stubborn:
        stubborn.setattr(hass.config_entries, "async_unload", stay)
        shown = await hass.config_entries.options.async_configure(asked["flow_id"], {"copy": True})
        done = await copied(hass, shown)
    assert done["reason"] == "ledger_not_copied"
    assert laser.entry.options == options
    assert (await laser.asks("checkmachine"))["name"] == "Laser"


async def test_a_dialog_that_is_closed_does_not_stop_a_copy(
    hass: HomeAssistant, laser: Laser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{tmp_path}/new.db"})
    asked = await choose(hass, await change(hass, laser.entry), said)
    go = asyncio.Event()
    real = ledger_move.copy

    async def wait(*args: Any) -> int:
        await go.wait()
        return await real(*args)

    monkeypatch.setattr(ledger_move, "copy", wait)
    shown = await hass.config_entries.options.async_configure(asked["flow_id"], {"copy": True})
    hass.config_entries.options.async_abort(shown["flow_id"])
    go.set()
    await hass.async_block_till_done()
    assert laser.entry.options["ledger_url"].endswith("new.db")
    assert laser.makerspace.desk.facts.machines.keys() == {7}
    assert [thing.name for thing in laser.makerspace.desk.facts.machines.values()] == ["Laser"]


async def test_an_old_ledger_that_is_away_is_not_brought_along(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    entry = await set_up("props")
    away = {"machines": True, "ledger_url": "postgresql+asyncpg://a:b@127.0.0.1:1/db"}
    hass.config_entries.async_update_entry(entry, options={**entry.options, **away})
    said = filled({"ledger_url": f"sqlite+aiosqlite:///{tmp_path}/new.db"})
    asked = await choose(hass, await change(hass, entry), said)
    assert asked["step_id"] == "adopt"
    done = await choose(hass, asked, {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert await Ledger.load(entry.runtime_data.makerspace.ledger)
