"""Fetches files from mirrors: tried again after a pause, gone on with, ended when they stall.

Nothing that is fetched is trusted: whoever asked checks it against what was published.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
import hashlib
from http.client import HTTPException, HTTPResponse
from pathlib import Path
import ssl
import time
from typing import Any, Final, Never, override
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from forge import VERSION
from forge.errors import ForgeError, Integrity, Upstream, UpstreamTimeout
from forge.settings import Settings

#: What a mirror may say at one moment and not the next.
_PASSING: Final = frozenset({404, 408, 425, 429, 500, 502, 503, 504, 520, 522, 524})
_NOT_FOUND: Final = 404
_PIECE: Final = 1 << 18
_SLICE_S: Final = 0.2
#: Slower than this, over the time that was set, counts as no answer.
_SLOWEST: Final = 1_024


class _Redirects(HTTPRedirectHandler):
    """Follow a mirror elsewhere, but never out of an encrypted connection."""

    @override
    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Refuse what `http_error_302` would follow."""
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise HTTPError(newurl, code, "redirected out of TLS", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache
def _opener() -> OpenerDirector:
    """Return what opens addresses; reading the system's certificates takes a while."""
    return build_opener(_Redirects)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often."""

    #: Times that every mirror is asked.
    rounds: int
    #: Silence, or a crawl, that ends an attempt.
    stall_s: float
    #: The first pause between rounds; the next are twice as long each.
    pause_s: float


class Mirrors:
    """The servers that have the same files, in the order in which they are asked."""

    def __init__(
        self,
        urls: Sequence[str],
        patience: Patience,
        *,
        say: Callable[[str], None] = lambda _line: None,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask these; `say` is told of what went wrong, `checkpoint` raises when it is to end."""
        self.urls = tuple(url.rstrip("/") for url in urls)
        self._patience = patience
        self._say = say
        self._checkpoint = checkpoint

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        rounds: int | None = None,
        say: Callable[[str], None] = lambda _line: None,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> "Mirrors":
        """Return those that were set, with the patience of a job unless `rounds` says less."""
        patience = Patience(rounds or settings.openwrt_rounds, settings.openwrt_stall_s, 1.0)
        return cls(settings.openwrt_mirrors, patience, say=say, checkpoint=checkpoint)

    def read(self, path: str, *, most: int) -> bytes:
        """Return a small file. Raise Upstream, also when it is larger than expected."""

        def one(url: str) -> bytes:
            with self._open(url) as answer:
                body = bytearray()
                for piece in self._pieces(answer, url):
                    body += piece
                    if len(body) > most:
                        raise Upstream(f"{url} is larger than {most} bytes", about="http", url=url)
                return bytes(body)

        return self._from_any(path, one)

    def read_if_there(self, path: str, *, most: int) -> bytes | None:
        """Return a small file, or None where every mirror says at once that it has none."""
        missing = 0
        for url in self.urls:
            once = Mirrors((url,), replace(self._patience, rounds=1), checkpoint=self._checkpoint)
            try:
                return once.read(path, most=most)
            except Upstream as error:
                missing += error.facts.get("status") == _NOT_FOUND
        return None if missing == len(self.urls) else self.read(path, most=most)

    def save(
        self,
        path: str,
        target: Path,
        sha256: str,
        progress: Callable[[int, int | None], None] = lambda _done, _size: None,
    ) -> None:
        """Save a file whole, or not at all, going on with what an earlier attempt left.

        Raise Integrity (`integrity.checksum_mismatch`) where no mirror has the published one.
        """
        part = target.with_name(f"{target.name}.part")

        def one(url: str) -> None:
            had = part.stat().st_size if part.exists() else 0
            found = self._append(url, part, had, progress)
            if found != sha256:
                part.unlink()
                if had:
                    # The beginning may have been another file's: once more, all of it.
                    found = self._append(url, part, 0, progress)
            if found != sha256:
                part.unlink(missing_ok=True)
                raise Integrity(
                    f"{url} is not what was published: expected sha256 {sha256}, got {found}",
                    about="checksum_mismatch",
                    url=url,
                    expected=sha256,
                    actual=found,
                )

        self._from_any(path, one)
        part.replace(target)

    def _append(
        self, url: str, part: Path, had: int, progress: Callable[[int, int | None], None]
    ) -> str:
        """Fetch what is missing of a file; return the hash of all of it."""
        with self._open(url, had) as answer, part.open("ab") as file:
            if answer.status != 206:  # noqa: PLR2004 - partial content, by HTTP
                had = 0
            file.truncate(had)
            digest = hashlib.sha256()
            with part.open("rb") as before:
                while piece := before.read(_PIECE):
                    digest.update(piece)
            length = answer.headers.get("Content-Length")
            size = had + int(length) if length else None
            done = had
            for piece in self._pieces(answer, url):
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                progress(done, size)
        return digest.hexdigest()

    def _from_any[T](self, path: str, one: Callable[[str], T]) -> T:
        """Ask each mirror in turn, several times; what is wrong with the last is what is told."""
        failed: ForgeError | None = None
        for turn in range(self._patience.rounds):
            if turn:
                self._pause(self._patience.pause_s * 2 ** (turn - 1))
            asked = len(self.urls)
            for url in self.urls:
                self._checkpoint()
                try:
                    return one(f"{url}/{path}")
                except (Upstream, Integrity) as error:
                    # What was published stays wrong whatever else a mirror says afterwards.
                    if not isinstance(failed, Integrity) or isinstance(error, Integrity):
                        failed = error
                    if not error.facts.get("passing", True):
                        asked -= 1
                    self._say(f"! {error.message}")
            if not asked or isinstance(failed, Integrity):
                break
        if failed is None:
            raise Upstream("No mirror is set: set openwrt_mirrors", about="http")
        raise failed

    @contextmanager
    def _open(self, url: str, had: int = 0) -> Iterator[HTTPResponse]:
        headers = {"User-Agent": f"atelier-forge/{VERSION}", "Accept-Encoding": "identity"}
        if had:
            headers["Range"] = f"bytes={had}-"
        try:
            answer = _opener().open(Request(url, headers=headers), timeout=self._wait_s)  # noqa: S310 - http or https: settings say so, redirects are checked
        except HTTPError as error:
            error.close()
            if had and error.code == 416:  # noqa: PLR2004 - range not satisfiable, by HTTP
                with self._open(url) as whole:
                    yield whole
                return
            _refused(url, error.code)
        except (URLError, OSError, HTTPException, ValueError) as error:
            _silent(url, getattr(error, "reason", None) or error)
        with answer:
            yield answer

    @property
    def _wait_s(self) -> float:
        return self._patience.stall_s

    def _pieces(self, answer: HTTPResponse, url: str) -> Iterator[bytes]:
        """Return what comes, piece by piece. Raise Upstream where it ends too early or stalls."""
        length = answer.headers.get("Content-Length")
        done = since = 0
        began = time.monotonic()
        while True:
            self._checkpoint()
            try:
                piece = answer.read1(_PIECE)
            except (OSError, HTTPException) as error:
                _silent(url, error)
            if not piece:
                break
            done += len(piece)
            since += len(piece)
            if (passed := time.monotonic() - began) >= self._patience.stall_s:
                if since < _SLOWEST * passed:
                    raise UpstreamTimeout(f"{url} sends next to nothing", url=url)
                began, since = time.monotonic(), 0
            yield piece
        if length is not None and done != int(length):
            raise Upstream(f"{url} ended after {done} of {length} bytes", about="http", url=url)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._checkpoint()
            time.sleep(min(_SLICE_S, left))


def _refused(url: str, code: int) -> Never:
    raise Upstream(
        f"{url} answered {code}",
        about="not_found" if code == _NOT_FOUND else "http",
        url=url,
        status=code,
        passing=code in _PASSING,
    )


def _silent(url: str, why: object) -> Never:
    if isinstance(why, TimeoutError):
        raise UpstreamTimeout(f"{url} does not answer", url=url)
    hint = " (its certificate)" if isinstance(why, ssl.SSLCertVerificationError) else ""
    raise Upstream(f"{url} cannot be reached{hint}: {why}", about="http", url=url)
