"""What an image is: packed in three ways, with things behind it, and divided like a disk."""

import gzip
import hashlib
import json
import lzma
from pathlib import Path
import struct
import zlib

from hypothesis import given, strategies as st
import pytest

from forge.errors import ForgeError, Integrity, Precondition
from forge.flash.content import Content
from forge.flash.tables import Kind, table_of
from tests.forge.flash.cards import MIB, disk_image, packed, run

PLAIN = bytes(range(256)) * 9000


def read(path: Path, room: int = MIB) -> tuple[bytes, Content]:
    """Read an image to its end."""
    found, buffer = b"", memoryview(bytearray(room))
    with Content(path) as content:
        while count := content.fill(buffer):
            found += buffer[:count]
    return found, content


def trailer(said: object, kind: int = 1) -> bytes:
    """Return what fwtool appends."""
    part = bytes(8) + json.dumps(said).encode()
    return part + struct.pack(">4sIB3xI", b"FWx0", zlib.crc32(part), kind, len(part) + 16)


@pytest.mark.parametrize("how", ["gz", "xz", "zst", "plain"])
@pytest.mark.parametrize("room", [4096, 1_000_003, 4 * MIB])
def test_content_is_what_was_packed(tmp_path: Path, how: str, room: int) -> None:
    path = tmp_path / "image.img"
    path.write_bytes(PLAIN)
    file = path if how == "plain" else packed(path, how)
    found, content = read(file, room)
    assert found == PLAIN
    assert content.size == len(PLAIN)
    assert content.packing == (None if how == "plain" else how)
    assert content.digest == hashlib.sha256(PLAIN).hexdigest()
    assert content.file_digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert content.trailer is None


@given(st.binary(max_size=3000), st.integers(16, 999), st.sampled_from(["gz", "xz"]))
def test_any_content_in_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, room: int, how: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "image"
    path.write_bytes((gzip if how == "gz" else lzma).compress(data))
    assert read(path, room)[0] == data


@pytest.mark.parametrize("how", ["gz", "xz", "zst"])
def test_several_streams_are_one_image(tmp_path: Path, how: str) -> None:
    halves = [tmp_path / "a", tmp_path / "b"]
    for half, data in zip(halves, (PLAIN[:7000], PLAIN[7000:]), strict=True):
        half.write_bytes(data)
    path = tmp_path / f"image.img.{how}"
    path.write_bytes(b"".join(packed(half, how).read_bytes() for half in halves))
    assert read(path)[0] == PLAIN


@pytest.mark.parametrize("how", ["gz", "xz", "zst"])
def test_what_openwrt_appends_is_left_out_and_told(tmp_path: Path, how: str) -> None:
    path = tmp_path / "image.img"
    path.write_bytes(PLAIN)
    said = {"supported_devices": ["acme,board"], "version": {"version": "23.05.4"}}
    behind = trailer(said) + trailer("a signature", kind=0)
    file = packed(path, how)
    with file.open("ab") as end:
        end.write(behind)
    found, content = read(file)
    assert found == PLAIN
    assert content.trailer is not None
    assert content.trailer.size == len(behind)
    assert content.trailer.supported_devices == ["acme,board"]
    assert content.trailer.version == {"version": "23.05.4"}
    assert content.file_digest == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "said", [b"{no json", b'["a", "list"]', b'{"supported_devices": 7, "version": "x"}']
)
def test_a_description_that_says_nothing(tmp_path: Path, said: bytes) -> None:
    part = bytes(8) + said
    path = tmp_path / "image.img.gz"
    behind = part + struct.pack(">4sIB3xI", b"FWx0", 0, 1, len(part) + 16)
    path.write_bytes(gzip.compress(PLAIN) + behind)
    found = read(path)[1].trailer
    assert found is not None
    assert (found.supported_devices, found.version) == ([], {})


def test_padding_behind_an_image_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "image.img.gz"
    path.write_bytes(gzip.compress(PLAIN) + bytes(700))
    found, content = read(path)
    assert (found, content.trailer) == (PLAIN, None)


@pytest.mark.parametrize(
    "behind", [b"something else", b"FWx0" + b"x" * 100, b"x" * 65_536 + trailer({})]
)
def test_anything_else_behind_an_image_is_refused(tmp_path: Path, behind: bytes) -> None:
    path = tmp_path / "image.img.gz"
    path.write_bytes(gzip.compress(PLAIN) + behind)
    with pytest.raises(Precondition) as refused:
        read(path)
    assert refused.value.code == "precondition.not_flashable"


@pytest.mark.parametrize("how", ["gz", "xz", "zst"])
@pytest.mark.parametrize("left", [0.0, 0.5, 0.999])
def test_an_image_that_ends_too_early(tmp_path: Path, how: str, left: float) -> None:
    path = tmp_path / "image.img"
    path.write_bytes(PLAIN)
    file = packed(path, how)
    whole = file.read_bytes()
    file.write_bytes(whole[: max(10, int(len(whole) * left))])
    with pytest.raises(Integrity) as damaged:
        read(file)
    assert damaged.value.code == "integrity.image_damaged"


@pytest.mark.parametrize("how", ["gz", "xz", "zst"])
def test_a_damaged_image(tmp_path: Path, how: str) -> None:
    path = tmp_path / "image.img"
    path.write_bytes(PLAIN)
    file = packed(path, how)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x55
    file.write_bytes(data)
    with pytest.raises(ForgeError):
        read(file)


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ForgeError) as missing:
        Content(tmp_path / "none")
    assert missing.value.code == "not_found.image"


def test_the_prefix_has_a_hash_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(PLAIN)
    buffer = memoryview(bytearray(10_000))
    with Content(path, prefix=123_456) as content:
        while content.fill(buffer):
            pass
    assert content.prefix_digest == hashlib.sha256(PLAIN[:123_456]).hexdigest()


def test_a_disk_divided_by_sfdisk(tmp_path: Path) -> None:
    table = table_of(disk_image(tmp_path / "disk", 4 * MIB).read_bytes())
    assert table == (Kind.MBR, 4 * MIB)
    run("sfdisk", "--quiet", tmp_path / "disk", given="label: gpt\n2048,\n")
    table = table_of((tmp_path / "disk").read_bytes())
    assert table is not None
    assert table.kind is Kind.GPT
    assert 3 * MIB < table.end <= 4 * MIB


def test_a_partition_is_no_disk_though_it_has_the_signature(tmp_path: Path) -> None:
    path = tmp_path / "fat"
    path.write_bytes(bytes(2 * MIB))
    run("mkfs.vfat", path)
    head = path.read_bytes()[:8192]
    assert head[510:512] == b"\x55\xaa"
    assert table_of(head) is None


@pytest.mark.parametrize("head", [b"", bytes(512), b"\x27\x05\x19\x56" * 200, b"\xff" * 8192])
def test_what_is_no_disk_at_all(head: bytes) -> None:
    assert table_of(head) is None
    assert table_of(head[:510].ljust(510, b"\xff") + b"\x55\xaa") is None


@given(st.binary(max_size=600))
def test_no_bytes_upset_the_reading_of_a_table(head: bytes) -> None:
    table_of(head)
    table_of(head[:510].ljust(510, b"\0") + b"\x55\xaa" + head)
