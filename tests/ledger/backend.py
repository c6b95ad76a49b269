"""Database files as Fab-O-matic backends leave them, of every shape."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Any, Final

#: Tables and columns of the newest version; `?` marks those that old ones may lack.
TABLES: Final = {
    "roles": "role_id INTEGER PRIMARY KEY, role_name TEXT NOT NULL UNIQUE,"
    " ?authorize_all BOOLEAN NOT NULL DEFAULT 0, ?reserved BOOLEAN NOT NULL DEFAULT 0,"
    " ?maintenance BOOLEAN NOT NULL DEFAULT 0, ?backend_admin BOOLEAN NOT NULL DEFAULT 0",
    "users": "user_id INTEGER PRIMARY KEY, name TEXT NOT NULL, ?surname TEXT NOT NULL DEFAULT '',"
    " role_id INTEGER NOT NULL REFERENCES roles, ?card_UUID TEXT UNIQUE,"
    " ?disabled BOOLEAN NOT NULL DEFAULT 0, ?deleted BOOLEAN NOT NULL DEFAULT 0,"
    " ?password_hash TEXT, ?email TEXT, ?receive_weekly_summary BOOLEAN NOT NULL DEFAULT 0",
    "machine_types": "type_id INTEGER PRIMARY KEY, type_name TEXT NOT NULL UNIQUE,"
    " ?type_timeout_min INTEGER NOT NULL DEFAULT 1440, ?grace_period_min INTEGER DEFAULT 2,"
    " ?access_management INTEGER DEFAULT 0",
    "machines": "machine_id INTEGER PRIMARY KEY, machine_name TEXT NOT NULL UNIQUE,"
    " ?machine_type_id INTEGER REFERENCES machine_types,"
    " ?machine_hours FLOAT NOT NULL DEFAULT 0.0, ?blocked BOOLEAN NOT NULL DEFAULT 0,"
    " ?last_seen FLOAT",
    "?authorizations": "authorization_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL,"
    " machine_id INTEGER NOT NULL, UNIQUE (user_id, machine_id)",
    "?maintenances": "maintenance_id INTEGER PRIMARY KEY, hours_between FLOAT NOT NULL,"
    " description TEXT NOT NULL, ?lcd_message TEXT, machine_id INTEGER NOT NULL,"
    " ?instructions_url TEXT",
    "?interventions": "intervention_id INTEGER PRIMARY KEY, maintenance_id INTEGER NOT NULL,"
    " machine_id INTEGER NOT NULL, user_id INTEGER NOT NULL, timestamp FLOAT NOT NULL,"
    " ?replay BOOLEAN",
    "uses": "use_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, machine_id INTEGER NOT NULL,"
    " start_timestamp FLOAT NOT NULL, ?last_seen FLOAT, end_timestamp FLOAT, ?replay BOOLEAN",
    "?unknown_cards": "id INTEGER PRIMARY KEY, card_UUID TEXT NOT NULL,"
    " timestamp FLOAT NOT NULL, machine_id INTEGER NOT NULL",
    "?boards": "board_id INTEGER PRIMARY KEY, machine_id INTEGER NOT NULL,"
    " ip_address TEXT NOT NULL, fw_version TEXT NOT NULL, ?serial TEXT, ?heap INTEGER DEFAULT 0,"
    " last_seen FLOAT NOT NULL",
}
#: What versions of the middle lack, and what only they have: instructions were files once.
MIDDLE_LACKS: Final = (
    *("users.receive_weekly_summary", "machine_types.access_management"),
    *("maintenances.lcd_message", "maintenances.instructions_url"),
    *("interventions.replay", "uses.replay", "boards.serial", "boards.heap"),
)
MIDDLE_HAS: Final = {"maintenances": "attachment TEXT"}
HASH: Final = "scrypt:32768:8:1$secret"

ROWS: Final[dict[str, list[dict[str, Any]]]] = {
    "roles": [
        {"role_id": 1, "role_name": "admins", "authorize_all": 1, "reserved": 1}
        | {"maintenance": 1, "backend_admin": 1},
        {"role_id": 2, "role_name": "Fab Staff", "maintenance": 1},
        {"role_id": 3, "role_name": "Fab Users"},
        {"role_id": 4, "role_name": "Anonymous", "reserved": 1},
    ],
    "users": [
        {"user_id": 1, "name": "Anonymous", "surname": "", "role_id": 4},
        {"user_id": 2, "name": "admin", "surname": "", "role_id": 1, "card_UUID": "12345678"}
        | {"password_hash": HASH, "email": "boss@x.it", "receive_weekly_summary": 1},
        {"user_id": 3, "name": "Uma", "surname": "Çelik", "role_id": 3, "card_UUID": "AABBCCDD"},
        {"user_id": 4, "name": "Twin", "surname": "", "role_id": 3, "card_UUID": "aabbccdd"},
        {"user_id": 5, "name": "Dis", "surname": "", "role_id": 2, "card_UUID": "aaaaaaa5"}
        | {"disabled": 1},
        {"user_id": 6, "name": "Del", "surname": "Eted", "role_id": 3, "deleted": 1}
        | {"email": "del@x.it"},
        {"user_id": 7, "name": "Odd", "surname": "", "role_id": 3, "card_UUID": "nope"},
    ],
    "machine_types": [
        {"type_id": 1, "type_name": "LASER", "type_timeout_min": 480, "grace_period_min": 5},
        {"type_id": 2, "type_name": "OPEN", "type_timeout_min": 0, "grace_period_min": None}
        | {"access_management": 1},
    ],
    "machines": [
        {"machine_id": 1, "machine_name": "LASER1", "machine_type_id": 1, "machine_hours": 10.0},
        {"machine_id": 7, "machine_name": "DRILL1", "machine_type_id": 2, "machine_hours": 0.01}
        | {"blocked": 1},
        {"machine_id": 8, "machine_name": "LOST", "machine_type_id": None},
    ],
    "authorizations": [
        {"authorization_id": 1, "user_id": 3, "machine_id": 1},
        {"authorization_id": 2, "user_id": 6, "machine_id": 1},
    ],
    "maintenances": [
        {"maintenance_id": 1, "hours_between": 10.0, "description": "Clean the lens"}
        | {"lcd_message": "Pulire più volte", "machine_id": 1, "instructions_url": "https://x"},
        {"maintenance_id": 2, "hours_between": 0.0, "description": "Never", "machine_id": 1},
    ],
    "interventions": [
        {"intervention_id": 1, "maintenance_id": 1, "machine_id": 1, "user_id": 2}
        | {"timestamp": 5000.0},
        {"intervention_id": 2, "maintenance_id": 2, "machine_id": 1, "user_id": 2}
        | {"timestamp": 6000.0},
    ],
    "uses": [
        {"use_id": 1, "user_id": 3, "machine_id": 1, "start_timestamp": 1000.0}
        | {"last_seen": 4600.0, "end_timestamp": 4600.0, "replay": 0},
        {"use_id": 2, "user_id": 6, "machine_id": 1, "start_timestamp": 5000.0}
        | {"last_seen": 8600.0, "end_timestamp": 8600.0, "replay": 1},
        {"use_id": 3, "user_id": 1, "machine_id": 7, "start_timestamp": 5000.0}
        | {"last_seen": 8600.0, "end_timestamp": 8600.0},
        {"use_id": 4, "user_id": 3, "machine_id": 1, "start_timestamp": 9000.0}
        | {"last_seen": 9300.0, "end_timestamp": None},
        {"use_id": 5, "user_id": 3, "machine_id": 1, "start_timestamp": 9400.0}
        | {"last_seen": 9500.0, "end_timestamp": None},
        {"use_id": 6, "user_id": 3, "machine_id": 99, "start_timestamp": 1.0}
        | {"last_seen": 2.0, "end_timestamp": 2.0},
    ],
    "unknown_cards": [
        {"id": 1, "card_UUID": "DEADBEEF", "timestamp": 100.0, "machine_id": 1},
        {"id": 2, "card_UUID": "deadbeef", "timestamp": 300.0, "machine_id": 1},
        {"id": 3, "card_UUID": "aabbccdd", "timestamp": 300.0, "machine_id": 1},
    ],
    "boards": [
        {"board_id": 1, "machine_id": 1, "ip_address": "10.0.0.7", "fw_version": "1.0.1"}
        | {"serial": "dcda0c419794", "heap": 212345, "last_seen": 9300.0},
    ],
}


def lackable() -> list[str]:
    """Return what old versions may lack: tables, and columns as table.column."""
    found = []
    for table, columns in TABLES.items():
        if table.startswith("?"):
            found.append(table[1:])
        found += [
            f"{table.strip('?')}.{part.split()[0]}" for part in columns.split("?")[1:] if part
        ]
    return found


def make(
    path: Path,
    *,
    lacking: Iterable[str] = (),
    having: Mapping[str, str] | None = None,
    rows: dict[str, list[dict[str, Any]]] | None = None,
) -> Path:
    """Write a file whose version lacks some tables and columns, and has others by table."""
    lacking = set(lacking)
    with closing(sqlite3.connect(path)) as database, database:
        for marked, columns in TABLES.items():
            table = marked.strip("?")
            if table in lacking:
                continue
            gone = {name.partition(".")[2] for name in lacking if name.startswith(f"{table}.")}
            kept = [
                part.strip()
                for part in columns.replace("?", "\n").replace(", ", "\n").splitlines()
                if part.strip() and part.split()[0].strip() not in gone
            ]
            if having and table in having:
                kept.append(having[table])
            text = ", ".join(kept)
            database.execute(f"CREATE TABLE {table} ({text})")
            for row in (rows or ROWS)[table]:
                values = {name: value for name, value in row.items() if name not in gone}
                marks = ", ".join("?" for _ in values)
                names = ", ".join(values)
                database.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
                    tuple(values.values()),
                )
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    return path
