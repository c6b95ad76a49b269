"""Serves the page's files: known by name before anybody asks, so that no path leads elsewhere."""

from dataclasses import dataclass
import gzip
import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from forge.errors import NotFound, Unavailable

STATIC: Final = Path(__file__).with_name("static")
INDEX: Final = "/"
ASSETS: Final = "/assets/{name}"
_SMALL: Final = 1_000

#: What the page may load, and who may show it: nothing from elsewhere, and nobody else.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    hdrs.VARY: hdrs.ACCEPT_ENCODING,
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent."""

    body: bytes
    packed: bytes | None
    media: str
    caching: str

    @classmethod
    def read(cls, path: Path, caching: str) -> "_File":
        body = path.read_bytes()
        packed = gzip.compress(body, mtime=0)
        media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        worth_it = len(body) > _SMALL and len(packed) < len(body)
        return cls(body, packed if worth_it else None, media or "application/octet-stream", caching)

    def answer(self, request: web.Request) -> web.Response:
        headers = {**_HEADERS, hdrs.CACHE_CONTROL: self.caching, hdrs.CONTENT_TYPE: self.media}
        if self.packed is not None and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            return web.Response(body=self.packed, headers=headers)
        return web.Response(body=self.body, headers=headers)


class Pages:
    """The page's files. Their names hold the hash of what is in them, but for `index.html`."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read them from where they were built."""
        index = folder / "index.html"
        self._index = _File.read(index, "no-cache") if index.is_file() else None
        assets = folder / "assets"
        self._assets = {
            path.name: _File.read(path, "public, max-age=31536000, immutable")
            for path in (assets.iterdir() if self._index and assets.is_dir() else ())
            if path.is_file()
        }

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(INDEX, self._show)
        app.router.add_get(ASSETS, self._asset)

    async def _show(self, request: web.Request) -> web.Response:
        if self._index is None:
            raise Unavailable(
                "The page was not built: run script/setup, or use the command line", about="page"
            )
        return self._index.answer(request)

    async def _asset(self, request: web.Request) -> web.Response:
        file = self._assets.get(request.match_info["name"])
        if file is None:
            raise NotFound(
                "The page has no such file: load it again, it was updated", about="address"
            )
        return file.answer(request)
