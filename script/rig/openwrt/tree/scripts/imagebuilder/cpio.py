"""Pack a folder as an initial RAM file system (cpio in the kernel's `newc` format)."""

from pathlib import Path
import stat

from .places import epoch


def pack(root: Path) -> bytes:
    """Return the archive of everything in a folder, owned by root."""
    parts = []
    for number, path in enumerate(sorted(root.rglob("*")), 1):
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            data = str(path.readlink()).encode()
        else:
            data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        parts.append(_entry(str(path.relative_to(root)), number, status.st_mode, data))
    parts.append(_entry("TRAILER!!!", 0, 0, b""))
    return b"".join(parts)


def _entry(name: str, number: int, mode: int, data: bytes) -> bytes:
    said = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, epoch(), len(data), 0, 0, 0, 0, len(said), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + said
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
