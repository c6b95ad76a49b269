"""The table of routes: what is served, described and checked comes from the same lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import inspect
import re
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin, get_type_hints

from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter

from forge.app import Forge
from forge.errors import ForgeError, Invalid, NotFound

if TYPE_CHECKING:
    from forge.api.live import Live
    from forge.api.metrics import Metrics

PREFIX: Final = "/api/v1"
_ACCEPTED: Final = 202
#: Clients may name a request, so that sending it twice does it once.
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
KEY: Final = re.compile(r"[!-~]{1,200}")
#: For whom the token's holder asks, in UTF-8 and percent-encoded.
ASKED_BY_HEADER: Final = "X-Asked-By"
LAST_EVENT_HEADER: Final = "Last-Event-ID"
NUMBER: Final = re.compile(r"[0-9]{1,16}")  # 2^53 has as many digits
STREAM: Final = "text/event-stream"
#: What addresses for OpenWrt's own clients begin with; no part of what is asked.
CLIENT_KEY: Final = "client_key"
#: The rooms that speak as OpenWrt's own build server does.
ASU: Final = "asu"


class Asked(BaseModel):
    """The base of what requests hold: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, past the door: who asks, and what there is to answer with."""

    forge: Forge
    live: "Live"
    metrics: "Metrics"
    #: The user's name, as Home Assistant tells it at either door; "" where none is told.
    by: str
    request: web.Request

    @property
    def idempotency_key(self) -> str | None:
        """What the client calls this request, so that sending it again does nothing new."""
        key = self.request.headers.get(IDEMPOTENCY_HEADER)
        if key is not None and not KEY.fullmatch(key):
            raise Invalid(
                f"{IDEMPOTENCY_HEADER} must have 1 to 200 characters: ASCII without spaces",
                about="header",
            )
        return key


@dataclass(frozen=True, slots=True)
class Other[T]:
    """An answer that chooses its own status, of those that its route may answer with."""

    answer: T
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    handler: Callable[..., Any]
    summary: str
    tag: str
    status: int
    #: Statuses that it may choose instead, with an answer of the same type.
    also: tuple[int, ...]
    errors: tuple[type[ForgeError], ...]
    #: Anybody may call it, without a token.
    public: bool
    #: It may be asked for its headers alone.
    head: bool
    #: What it answers with where that is no JSON.
    media: str | None
    #: It takes the body itself, of this type.
    upload: str | None
    asked: dict[str, type[BaseModel]]
    answer: TypeAdapter[Any] | None

    @property
    def name(self) -> str:
        """Its name in the description."""
        return self.handler.__name__

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods that it answers."""
        return (self.method, "HEAD") if self.head else (self.method,)

    @property
    def headers(self) -> dict[str, re.Pattern[str]]:
        """The headers that it reads: what asks for a job can be named, what streams goes on."""
        if self.media == STREAM:
            return {LAST_EVENT_HEADER: NUMBER}
        return (
            {IDEMPOTENCY_HEADER: KEY} if self.status == _ACCEPTED and "body" in self.asked else {}
        )

    @property
    def blocks(self) -> bool:
        """Whether the handler is a plain function, which runs in a thread."""
        return not inspect.iscoroutinefunction(self.handler)


class Routes:
    """The routes of one room."""

    def __init__(self, tag: str, prefix: str = PREFIX) -> None:
        """Begin a table; the tag groups them in the description."""
        self.all: list[Route] = []
        self._tag = tag
        self._prefix = prefix

    def route[H: Callable[..., Any]](
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        also: tuple[int, ...] = (),
        errors: tuple[type[ForgeError], ...] = (),
        public: bool = False,
        head: bool = False,
        media: str | None = None,
        upload: str | None = None,
    ) -> Callable[[H], H]:
        """Add a handler: `(call: Call, path: P, query: Q, body: B) -> Answer`.

        Those of `path`, `query` and `body` that it names are read into its parameters' types,
        pydantic models (take `Asked` for a base), before it is called. A plain function runs in
        a thread and may block; a coroutine function runs in the loop and may not. What its
        return type says is what is answered; `None` means 204, and `Other` chooses a status among
        `also`. Every error is a ForgeError; `errors` names those that the description tells
        besides the usual ones.
        """

        def add(handler: H) -> H:
            hints = get_type_hints(handler, localns={"Live": object, "Metrics": object})
            asked: dict[str, type[BaseModel]] = {
                part: hints[part] for part in ("path", "query", "body") if part in hints
            }
            kind = hints.get("return")
            if get_origin(kind) is Other:
                (kind,) = get_args(kind)
            answered = media is None and kind is not type(None)
            usual = (*((Invalid,) if asked else ()), *((NotFound,) if "path" in asked else ()))
            self.all.append(
                Route(
                    method=method,
                    path=self._prefix + path,
                    handler=handler,
                    summary=(handler.__doc__ or "").partition("\n")[0],
                    tag=self._tag,
                    status=status if answered or media else 204,
                    also=also,
                    errors=tuple(dict.fromkeys((*usual, *errors))),
                    public=public,
                    head=head,
                    media=media,
                    upload=upload,
                    asked=asked,
                    answer=TypeAdapter(kind) if answered else None,
                )
            )
            return handler

        return add
