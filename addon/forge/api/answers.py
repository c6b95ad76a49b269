"""Answers: JSON, and the one shape of every error."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import json
import logging
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.routes import ASU
from forge.errors import ForgeError, MethodNotAllowed, NotFound, Unavailable, is_full

_LOGGER: Final = logging.getLogger(__name__)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ErrorFacts(BaseModel):
    """What happened, to what, and what to do."""

    code: str = Field(description="stable: a family, or a family and what it is about")
    message: str = Field(description="for people")
    facts: dict[str, Any] = Field(description="for programs")


class ErrorBody(BaseModel):
    """The body of every answer that is an error."""

    error: ErrorFacts


def as_json(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON answer of what is JSON already."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def as_error(
    error: ForgeError, headers: dict[str, str] | None = None, *, to: str = ""
) -> web.Response:
    """Return an error as every answer tells it; to OpenWrt's clients also as they expect it."""
    if (wait := error.facts.get("retry_after_s")) is not None:
        headers = {"Retry-After": str(wait), **(headers or {})}
    body: dict[str, Any] = {"error": error.as_dict()}
    if to == ASU:
        body |= {"status": error.status, "title": error.family, "detail": error.message}
    return as_json(body, status=error.status, headers=headers)


@web.middleware
async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make an answer of every error: the only place where that is done."""
    try:
        return await handler(request)
    except ForgeError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _LOGGER.warning("%s %s: %s", request.method, _named(request), error)
        return as_error(error, to=request.get("room", ""))
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        message = f"{request.path} is not for {request.method}, but for {allowed}"
        return as_error(MethodNotAllowed(message), {"Allow": allowed})
    except web.HTTPNotFound:
        return as_error(NotFound(f"There is nothing at {request.path}", about="address"))
    except (web.HTTPException, asyncio.CancelledError, ConnectionError):
        raise
    except Exception as error:
        if is_full(error):
            _LOGGER.warning("%s %s: %s", request.method, _named(request), error)
            full = Unavailable("The Forge's disk is full: delete old builds", about="disk")
            return as_error(full, to=request.get("room", ""))
        _LOGGER.exception("%s %s", request.method, _named(request))
        return as_error(ForgeError("Something went wrong in the Forge; its log says what"))


def _named(request: web.Request) -> str:
    """Return what a log calls an address: some hold a key."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else request.path
