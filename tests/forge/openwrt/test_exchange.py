"""Profiles in and out, many at once."""

import os
from pathlib import Path
from typing import Any

import pytest

from forge.app import Forge
from forge.errors import ForgeError, Invalid, Unavailable
from forge.openwrt.profiles import exchange
from forge.openwrt.profiles.documents import Format, parse, write
from forge.openwrt.profiles.exchange import Document, ImportResult
from tests.forge.openwrt.conftest import profile


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Files do not depend on the database."""
    return f"sqlite:///{tmp_path}/data/forge.db"


@pytest.fixture
def folder(forge: Forge) -> Path:
    """Return a folder of the shared one."""
    folder = forge.shared.root / "profiles"
    folder.mkdir(parents=True)
    return folder


def text(written: Format = Format.YAML, **changes: Any) -> str:
    """Return a profile's text."""
    return write(profile(**changes), written)


def became(result: ImportResult) -> list[tuple[str, str, str]]:
    """Return what became of each file."""
    return [
        (each.file, each.profile_id, each.error.code if each.error else f"v{each.version}")
        for each in result.results
    ]


def test_each_file_has_a_result_in_the_order_of_names(forge: Forge) -> None:
    result = forge.exchange.take(
        [
            Document(name="c.toml", text=text(Format.TOML, profile_id="c")),
            Document(name="b.json", text="{"),
            Document(name="d.txt", text="x"),
            Document(name="a.yml", text=text(profile_id="a")),
            Document(name="e.yaml", text=text(profile_id="e", name="n").replace("23.05.2", "23")),
            Document(name="f.json", text=text(Format.JSON, profile_id="a")),
        ],
        by="anna",
    )
    assert (result.total, result.succeeded, result.failed) == (6, 2, 4)
    assert became(result) == [
        ("a.yml", "a", "v1"),
        ("b.json", "b", "validation.document"),
        ("c.toml", "c", "v1"),
        ("d.txt", "d", "validation.document"),
        ("e.yaml", "e", "validation.profile"),
        ("f.json", "a", "conflict.profile"),
    ]
    assert result.results[0].created
    assert forge.profiles.show("a").by == "anna"


def test_what_is_there_is_changed_only_when_asked(forge: Forge) -> None:
    forge.exchange.take([Document(name="a.yaml", text=text(created_by="anna"))])
    changed = Document(name="a.yaml", text=text(name="m", created_by="ben"))
    assert became(forge.exchange.take([changed])) == [("a.yaml", "p1", "conflict.profile")]
    result = forge.exchange.take([changed], update=True)
    assert became(result) == [("a.yaml", "p1", "v2")]
    assert not result.results[0].created
    assert forge.profiles.show("p1").profile.created_by == "anna"


def test_a_folder_is_taken_whole(forge: Forge, folder: Path, tmp_path: Path) -> None:
    for name, written in (("a.yml", Format.YAML), ("b.json", Format.JSON), ("c.TOML", Format.TOML)):
        (folder / name).write_text(text(written, profile_id=name[0]))
    (folder / "notes.md").write_text("not a profile")
    (folder / ".hidden.yaml").write_text("no")
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "d.yaml")
    (tmp_path / "elsewhere.yaml").write_text(text(profile_id="secret"))
    (folder / "e.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (folder / "f.yaml").symlink_to("gone.yaml")
    (folder / "g.yaml").write_bytes(b"x" * 300_000)
    (folder / "h.yaml").symlink_to("a.yml")
    (folder / os.fsdecode(b"i\xff.yaml")).symlink_to(tmp_path / "elsewhere.yaml")
    assert became(forge.exchange.take_folder("profiles", update=True)) == [
        ("a.yml", "a", "v1"),
        ("b.json", "b", "v1"),
        ("c.TOML", "c", "v1"),
        ("d.yaml", "d", "validation.not_a_file"),
        ("e.yaml", "e", "validation.path_traversal"),
        ("f.yaml", "f", "not_found.shared"),
        ("g.yaml", "g", "validation.document"),
        ("h.yaml", "a", "v1"),
        ("i\ufffd.yaml", "i\ufffd", "validation.path_traversal"),
    ]
    assert became(forge.exchange.take_folder("profiles/", pattern="b.*", update=True)) == [
        ("b.json", "b", "v1")
    ]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("..", "validation.path_traversal"),
        ("/etc", "validation.path_traversal"),
        ("out", "validation.path_traversal"),
        ("missing", "not_found.shared"),
        ("circle", "not_found.shared"),
        ("x" * 300, "not_found.shared"),
        ("file.yaml", "validation.not_a_folder"),
    ],
)
def test_folders_elsewhere_are_not_looked_into(
    forge: Forge, tmp_path: Path, path: str, code: str
) -> None:
    root = forge.shared.root
    (root / "out").symlink_to(tmp_path)
    (root / "circle").symlink_to("circle")
    (root / "file.yaml").write_text("x")
    with pytest.raises(ForgeError) as refused:
        forge.exchange.take_folder(path)
    assert refused.value.code == code


def test_exported_files_come_back_the_same(forge: Forge) -> None:
    for written in Format:
        forge.profiles.create(profile(profile_id=f"p.{written}", created_by="anna"))
    for written in Format:
        kept = forge.profiles.list()
        names = forge.exchange.give_folder(f"out/{written}", kept, written, meta=True)
        assert names == [f"p.{other}.{written}" for other in ("json", "toml", "yaml")]
        result = forge.exchange.take_folder(f"out/{written}", update=True)
        assert [each[2] for each in became(result)] == ["v1"] * 3
        assert (
            sorted(path.name for path in (forge.shared.root / "out" / written).iterdir()) == names
        )
        first = parse((forge.shared.root / "out" / written / names[0]).read_bytes(), written)
        assert first == kept[0].profile


def test_no_two_files_share_a_name_on_any_system(forge: Forge) -> None:
    ids = ["a..b", "a__b", "A__b", "con", "CON", "aux.x", "p" * 255, "P" * 255, "p" * 254]
    for profile_id in ids:
        forge.profiles.create(profile(profile_id=profile_id))
    names = forge.exchange.give_folder("out", forge.profiles.list(), Format.YAML)
    assert len({name.lower() for name in names}) == len(ids)
    assert all(len(name) < 255 and not name.lower().startswith(("con.", "aux.")) for name in names)
    assert "a..b.yaml" in names
    assert forge.exchange.take_folder("out", update=True).succeeded == len(ids)


def test_an_export_replaces_a_link_and_not_what_it_leads_to(
    forge: Forge, folder: Path, tmp_path: Path
) -> None:
    forge.profiles.create(profile())
    (tmp_path / "precious").write_text("mine")
    (folder / "p1.yaml").symlink_to(tmp_path / "precious")
    (folder / ".p1.yaml.coming").symlink_to(tmp_path / "precious")
    forge.exchange.give_folder("profiles", forge.profiles.list(), Format.YAML)
    assert (tmp_path / "precious").read_text() == "mine"
    assert parse((folder / "p1.yaml").read_bytes(), Format.YAML) == profile()


def test_an_export_that_cannot_be_written_is_told(forge: Forge, folder: Path) -> None:
    forge.profiles.create(profile())
    (folder / "p1.yaml").mkdir()
    with pytest.raises(Unavailable) as failed:
        forge.exchange.give_folder("profiles", forge.profiles.list(), Format.YAML)
    assert failed.value.code == "unavailable.folder"
    assert [path.name for path in folder.iterdir()] == ["p1.yaml"]


def test_too_many_files_are_refused(
    forge: Forge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST", 2)
    for number in range(3):
        (folder / f"{number}.yaml").write_text(text(profile_id=f"p{number}"))
    with pytest.raises(Invalid):
        forge.exchange.take_folder("profiles")
    assert forge.profiles.list() == []
