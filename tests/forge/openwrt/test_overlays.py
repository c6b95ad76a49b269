"""What is laid over images: gathered, staged, hashed; nothing of this host gets in."""

from collections.abc import Callable
import hashlib
import os
from pathlib import Path
import resource
import socket
import subprocess
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from forge.errors import Cancelled, ForgeError, Precondition
from forge.openwrt import overlays
from forge.openwrt.overlays import Kind, gather, scan, stage, tree_hash, tree_hash_v1
from forge.openwrt.shared import Shared
from tests.forge.openwrt.conftest import profile

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ONE_FILE = "a8c74534019f44091234286462747da67413a8bd6c347837db1decf649cad694"


def put(path: Path, content: str = "1", mode: int = 0o600) -> Path:
    """Write a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def own(source: str, destination: str, **more: str) -> dict[str, str]:
    """Return a file of a profile."""
    return {"source": source, "destination": destination, **more}


def refusal(shared: Shared, **changes: Any) -> str:
    """Return the code with which an overlay is refused."""
    with pytest.raises(ForgeError) as refused:
        gather(profile(**changes), shared)
    return refused.value.code


def test_known_answers_of_the_reference(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    assert tree_hash_v1(scan(folder)) == EMPTY
    put(folder / "etc/a")
    assert tree_hash_v1(scan(folder)) == ONE_FILE


def test_the_references_hash_is_over_path_mode_and_content(tmp_path: Path) -> None:
    put(tmp_path / "t/a/b", "x", 0o644)
    put(tmp_path / "t/a.c", "y", 0o755)
    put(tmp_path / "t/a/é", "z", 0o4755)
    expected = hashlib.sha256(
        b"a/b\x00644\x00x\x00" + "a/é\x004755\x00z\x00".encode() + b"a.c\x00755\x00y\x00"
    )
    assert tree_hash_v1(scan(tmp_path / "t")) == expected.hexdigest()


def test_the_references_hash_follows_links_within_the_tree(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    put(folder / "etc/a")
    (folder / "etc/b").symlink_to("a")
    (folder / "c").symlink_to("/etc/b")
    (folder / "host").symlink_to("/etc/passwd")
    (folder / "gone").symlink_to("nowhere")
    (folder / "folder").symlink_to("etc")
    (folder / "circle").symlink_to("circle")
    expected = hashlib.sha256(b"c\x00600\x001\x00etc/a\x00600\x001\x00etc/b\x00600\x001\x00")
    assert tree_hash_v1(scan(folder)) == expected.hexdigest()


def test_our_hash_has_a_known_answer_too(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    put(folder / "etc/a")
    (folder / "etc").chmod(0o755)
    (folder / "l").symlink_to("etc/a")
    content = hashlib.sha256(b"1").hexdigest().encode()
    expected = hashlib.sha256(
        b"atelier overlay 2\x00"
        b"folder\x00etc\x00755\x00\x00"
        b"file\x00etc/a\x00600\x00" + content + b"\x00"
        b"link\x00l\x000\x00etc/a\x00"
    )
    assert tree_hash(scan(folder)) == f"2:{expected.hexdigest()}"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "empty").mkdir(),
        lambda folder: put(folder / "etc/a", "2"),
        lambda folder: (folder / "etc/a").chmod(0o644),
        lambda folder: (folder / "etc").chmod(0o700),
        lambda folder: (folder / "etc/a").rename(folder / "etc/b"),
        lambda folder: ((folder / "l").unlink(), (folder / "l").symlink_to("etc")),
    ],
)
def test_our_hash_sees_every_change(tmp_path: Path, change: Callable[[Path], Any]) -> None:
    folder = tmp_path / "t"
    put(folder / "etc/a")
    (folder / "etc").chmod(0o755)
    (folder / "l").symlink_to("etc/a")
    before = tree_hash(scan(folder))
    assert tree_hash(scan(folder)) == before
    change(folder)
    assert tree_hash(scan(folder)) != before


def test_files_lie_on_top_of_the_folder(shared: Shared, tmp_path: Path) -> None:
    put(shared.root / "o/etc/banner", "folder's", 0o644)
    put(shared.root / "o/etc/keep", "kept", 0o640)
    put(shared.root / "f/banner", "file's", 0o600)
    (shared.root / "f/link").symlink_to("banner")
    entries = gather(
        profile(
            overlay_dir="o",
            files=[
                own("f/banner", "/etc/banner", mode="0644"),
                own("./f//link", "/root/new/x", owner="root:root"),
                own("f/banner", "//bin/tool", mode="4755"),
            ],
        ),
        shared,
    )
    staged = tmp_path / "staged"
    before = os.umask(0o077)
    try:
        stage(entries, staged)
    finally:
        os.umask(before)
    assert {
        str(path.relative_to(staged)): (f"{path.stat().st_mode & 0o7777:o}", path.read_text())
        for path in staged.rglob("*")
        if path.is_file()
    } == {
        "etc/banner": ("644", "file's"),
        "etc/keep": ("640", "kept"),
        "root/new/x": ("600", "file's"),
        "bin/tool": ("4755", "file's"),
    }
    assert staged.stat().st_mode & 0o777 == 0o755
    assert (staged / "root").stat().st_mode & 0o777 == 0o755
    assert tree_hash(scan(staged)) == tree_hash(entries)
    assert tree_hash_v1(scan(staged)) == tree_hash_v1(entries)


def test_links_stay_links_and_folders_stay_empty(shared: Shared, tmp_path: Path) -> None:
    folder = shared.root / "o"
    put(folder / "etc/config/a")
    (folder / "empty").mkdir()
    links = {
        "conf": "/etc/config",
        "etc/b": "config/a",
        "etc/c": "../etc//./config",
        "gone": "/nowhere/x",
        "top": "etc/..",
    }
    for path, target in links.items():
        (folder / path).symlink_to(target)
    stage(gather(profile(overlay_dir="o"), shared), tmp_path / "staged")
    staged = scan(tmp_path / "staged")
    assert {e.path: e.target for e in staged if e.kind is Kind.LINK} == links
    assert "empty" in {entry.path for entry in staged if entry.kind is Kind.FOLDER}
    compared = subprocess.run(  # noqa: S603 - folders of this test
        ["diff", "-r", "--no-dereference", str(folder), str(tmp_path / "staged")],  # noqa: S607 - diffutils, wherever it is
        check=False,
        capture_output=True,
    )
    assert compared.stdout == b""


def test_a_profile_without_an_overlay_has_an_empty_one(shared: Shared) -> None:
    assert gather(profile(), shared) == []
    assert tree_hash_v1([]) == EMPTY


@pytest.mark.parametrize("target", ["../x", "../../etc/passwd", "etc/../../x"])
def test_a_link_out_of_the_overlay_is_refused(shared: Shared, target: str) -> None:
    put(shared.root / "o/a")
    (shared.root / "o/link").symlink_to(target)
    assert refusal(shared, overlay_dir="o") == "validation.symlink_escape"


def test_nothing_is_written_through_a_link(shared: Shared, tmp_path: Path) -> None:
    put(shared.root / "a")
    (shared.root / "o").mkdir()
    (shared.root / "o/etc").symlink_to(tmp_path)
    code = refusal(shared, overlay_dir="o", files=[own("a", "/etc/passwd")])
    assert code == "validation.symlink_escape"
    # The link itself may be replaced.
    entries = gather(profile(overlay_dir="o", files=[own("a", "/etc")]), shared)
    assert [(entry.path, entry.kind) for entry in entries] == [("etc", Kind.FILE)]


def test_what_is_missing_or_out_of_bounds_is_told(shared: Shared, tmp_path: Path) -> None:
    put(tmp_path / "secret")
    put(shared.root / "a")
    (shared.root / "out").symlink_to(tmp_path / "secret")
    (shared.root / "o/etc").mkdir(parents=True)
    os.mkfifo(shared.root / "pipe")
    codes = {
        "not_found.overlay_not_found": {"overlay_dir": "missing"},
        "validation.overlay_not_dir": {"overlay_dir": "a"},
        "not_found.source_not_found": {"files": [own("missing", "/x")]},
        "validation.path_traversal": {"files": [own("out", "/x")]},
        "validation.source_not_file": {"files": [own("pipe", "/x")]},
        "validation.overlay_conflict": {"overlay_dir": "o", "files": [own("a", "/etc")]},
    }
    for code, changes in codes.items():
        assert refusal(shared, **changes) == code
    assert refusal(shared, files=[own("o", "/x")]) == "validation.source_not_file"
    files = [own("a", "/x"), own("a", "/x/y")]
    assert refusal(shared, files=files) == "validation.overlay_conflict"


def test_what_no_image_holds_is_refused(shared: Shared) -> None:
    (shared.root / "o").mkdir()
    os.mkfifo(shared.root / "o/pipe")
    assert refusal(shared, overlay_dir="o") == "validation.overlay_special"
    (shared.root / "o/pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(shared.root / "o/s"))
        assert refusal(shared, overlay_dir="o") == "validation.overlay_special"


def test_too_much_is_refused(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shared.root / "o/a").touch()
    for number in range(5):
        put(shared.root / f"o/{number}")
    monkeypatch.setattr(overlays, "MOST_ENTRIES", 3)
    assert refusal(shared, overlay_dir="o") == "precondition.overlay_too_large"
    monkeypatch.undo()
    os.truncate(shared.root / "o/a", 5 << 30)
    assert refusal(shared, overlay_dir="o") == "precondition.overlay_too_large"


def test_what_vanishes_or_changes_into_a_link_meanwhile_is_told(
    shared: Shared, tmp_path: Path
) -> None:
    put(tmp_path / "secret")
    changed = put(shared.root / "o/a")
    entries = gather(profile(overlay_dir="o"), shared)
    changed.unlink()
    changed.symlink_to(tmp_path / "secret")
    for use in (tree_hash, tree_hash_v1, lambda found: stage(found, tmp_path / "staged")):
        with pytest.raises(Precondition) as refused:
            use(entries)
        assert refused.value.code == "precondition.file_stage_error"
    with pytest.raises(Precondition) as gone:
        scan(shared.root / "missing")
    assert gone.value.code == "precondition.dir_stage_error"


def test_a_full_disk_is_told(shared: Shared, tmp_path: Path) -> None:
    put(shared.root / "o/a", "1" * 100)
    entries = gather(profile(overlay_dir="o"), shared)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(Precondition) as full:
            stage(entries, tmp_path / "staged")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert full.value.code == "precondition.file_stage_error"


def test_long_work_can_be_ended(shared: Shared, tmp_path: Path) -> None:
    put(shared.root / "o/a")
    entries = gather(profile(overlay_dir="o", files=[own("o/a", "/b")]), shared)

    def end() -> None:
        raise Cancelled("enough")

    for work in (
        lambda: gather(profile(overlay_dir="o"), shared, end),
        lambda: gather(profile(files=[own("o/a", "/b")]), shared, end),
        lambda: stage(entries, tmp_path / "staged", end),
    ):
        with pytest.raises(Cancelled):
            work()


def test_folders_that_nobody_may_write_to_are_staged(shared: Shared, tmp_path: Path) -> None:
    put(shared.root / "o/closed/in/a")
    for path in ("o/closed/in", "o/closed"):
        (shared.root / path).chmod(0o555)
    stage(gather(profile(overlay_dir="o"), shared), tmp_path / "staged")
    assert (tmp_path / "staged/closed").stat().st_mode & 0o777 == 0o555
    assert (tmp_path / "staged/closed/in/a").read_text() == "1"


steps = st.sampled_from(["a", "b", "a.b", "é", "\udcff"])
paths = st.lists(steps, min_size=1, max_size=3).map("/".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(paths, st.tuples(st.binary(max_size=8), st.integers(0o400, 0o777))))
def test_a_staged_tree_is_what_was_gathered(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, tuple[bytes, int]]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for path, (content, mode) in files.items():
        place = root / "shared/o" / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(mode)
        except OSError:
            continue  # a file is where a folder would be
    (root / "shared/o").mkdir(parents=True, exist_ok=True)
    entries = gather(profile(overlay_dir="o"), Shared(root / "shared"))
    stage(entries, root / "staged")
    staged = scan(root / "staged")
    assert tree_hash(staged) == tree_hash(entries)
    assert tree_hash_v1(staged) == tree_hash_v1(entries)
    assert [entry.path for entry in staged] == [entry.path for entry in entries]
