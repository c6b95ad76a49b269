"""Reads what a request holds into the types that a handler asks for."""

import json
from typing import Any, Final, get_origin

from aiohttp import web
from pydantic import BaseModel, ValidationError

from forge.api.routes import CLIENT_KEY, Route
from forge.errors import Invalid, TooLarge

_MOST_PROBLEMS: Final = 20
#: Up to here a float holds every whole number (IEEE 754).
_EXACT: Final = 2**53


async def read(route: Route, request: web.Request) -> dict[str, BaseModel]:
    """Return the handler's arguments. Raise Invalid or TooLarge."""
    read: dict[str, BaseModel] = {}
    for part, model in route.asked.items():
        try:
            if part == "path":
                read[part] = model.model_validate(
                    {name: at for name, at in request.match_info.items() if name != CLIENT_KEY}
                )
            elif part == "query":
                read[part] = model.model_validate(_query(model, request))
            else:
                # Strict: what the description calls a number is no text that looks like one.
                read[part] = model.model_validate_json(_json(await _body(request)), strict=True)
        except ValidationError as error:
            problems = [
                {"where": ".".join([part, *map(str, found["loc"])]), "what": found["msg"]}
                for found in error.errors(include_url=False, include_input=False)
            ]
        else:
            continue
        told = "; ".join(f"{problem['where']}: {problem['what']}" for problem in problems[:3])
        raise Invalid(
            told, about=part, field=problems[0]["where"], problems=problems[:_MOST_PROBLEMS]
        )
    return read


def _query(model: type[BaseModel], request: web.Request) -> dict[str, Any]:
    """Return the query; only what is a list may be said more than once."""
    query: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) is list:
            query[name] = values
        elif len(values) > 1:
            where = f"query.{name}"
            raise Invalid(f"{where} is given more than once", about="query", field=where)
        else:
            query[name] = values[0]
    return query


def _json(body: bytes) -> str:
    """Return a body with numbers as JSON Schema means them: 3.0 is an integer too."""
    try:
        return json.dumps(json.loads(body, parse_float=_number, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The body is no JSON: {error}", about="body") from None


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


async def _body(request: web.Request) -> bytes:
    """Return a JSON body; an empty one is an empty object."""
    if request.body_exists and request.content_type != "application/json":
        raise Invalid("The body must be sent as application/json", about="body")
    try:
        return await request.read() or b"{}"
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large(error) from None


def too_large(error: web.HTTPRequestEntityTooLarge) -> TooLarge:
    """Return what is told of a body over the limit."""
    return TooLarge(f"{error.text}: send less, or raise body_limit_mb", about="body")
