"""Fetch indexes and packages from the feeds, and keep them in the tree's dl folder."""

import gzip
import hashlib
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from .packages import Package, open_file, parse_index
from .places import PACKAGES, folder

PATIENCE_S = 30


class FetchError(Exception):
    """Something could not be fetched; `code` is the exit status that wget would have."""

    def __init__(self, url: str, code: int) -> None:
        """Keep what it was."""
        super().__init__(url)
        self.url = url
        self.code = code


def fetch(url: str) -> bytes:
    """Return what lies at an address; raise FetchError."""
    try:
        request = Request(url, headers={"User-Agent": "wget"})  # noqa: S310 - a feed may be a file
        with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - as above
            body: bytes = answer.read()
            length = answer.headers.get("Content-Length")
    except HTTPError as error:
        raise FetchError(url, 8) from error
    except (URLError, OSError, ValueError) as error:
        raise FetchError(url, 4) from error
    if length is not None and len(body) != int(length):
        raise FetchError(url, 4)
    return body


def package_file(package: Package) -> Path:
    """Return the file of a package, fetched if need be; raise FetchError, or ValueError."""
    if not package.source.startswith("http"):
        return Path(package.source) / package.filename
    path = folder("DL_DIR") / package.filename
    if not path.is_file() or _sha256(path) != package.sha256:
        path.write_bytes(fetch(f"{package.source}/{package.filename}"))
        if _sha256(path) != package.sha256:
            path.unlink()
            raise ValueError(package.name)
    return path


def offered(lists: list[tuple[str, str]]) -> dict[str, Package]:
    """Return what can be installed: by the tree's own packages, then by each feed's list.

    `lists` holds, for each feed, the name of its list in the dl folder and its address.
    """
    found: dict[str, Package] = {}
    for text, source in [
        (_text(PACKAGES / "Packages.gz"), str(PACKAGES)),
        *((_text(folder("DL_DIR") / name), url) for name, url in lists),
    ]:
        for package in parse_index(text, source):
            found.setdefault(package.name, package)
    return found


def write_local_index(suffix: str) -> bool:
    """Write the list of the tree's own packages if it is not there; tell whether it was not."""
    index = PACKAGES / "Packages.gz"
    if index.is_file():
        return False
    paragraphs = []
    for path in sorted(PACKAGES.glob(f"*.{suffix}")):
        text, _, files = open_file(path)
        files.close()
        paragraphs.append(f"{text}Filename: {path.name}\nSHA256sum: {_sha256(path)}\n")
    index.write_bytes(gzip.compress("\n".join(paragraphs).encode(), mtime=0))
    return True


def _text(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode() if path.is_file() else ""


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
