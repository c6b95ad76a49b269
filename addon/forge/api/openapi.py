"""The description of the API, made of the routes that serve it: it cannot say anything else."""

from collections import defaultdict
from collections.abc import Sequence
import re
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaMode

from forge import VERSION
from forge.api.answers import ErrorBody
from forge.api.routes import ASKED_BY_HEADER, Route
from forge.errors import ForgeError, Overloaded, TooLarge, Unauthorized, Unavailable

_REF: Final = "#/components/schemas/{model}"
_USUAL: Final = (Unauthorized, Overloaded, Unavailable)
#: What the server answers before a route is looked for.
_TEXT: Final = {"schema": {"type": "string"}}
_NO_HTTP: Final = {
    "400": {
        "description": "Not understood as HTTP, or a line of the head is over 8 KiB",
        "content": {"text/plain": _TEXT, "text/html": _TEXT},
    }
}
_PATH_PATTERN: Final = re.compile(r"\{(\w+)(?::[^{}]+)?\}")

type _Key = tuple[Any, str]


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of routes."""
    schemas, shared = TypeAdapter.json_schemas(list(_adapters(routes)), ref_template=_REF)
    definitions = shared.get("$defs", {})
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in routes:
        path = _PATH_PATTERN.sub(r"{\1}", route.path)
        operation = _operation(route, schemas, definitions)
        paths[path][route.method.lower()] = operation
        if route.head:
            paths[path]["head"] = _without_bodies(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Atelier Forge",
            "version": VERSION,
            "description": "Everything long is a job: 202, an id, a log and events to follow.",
        },
        "security": [{"token": []}],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"{ASKED_BY_HEADER} may say for whom its holder asks.",
                }
            },
            "schemas": definitions,
        },
    }


def _without_bodies(operation: dict[str, Any]) -> dict[str, Any]:
    """Describe asking for the headers alone."""
    answers = {
        status: {"description": said["description"]}
        for status, said in operation["responses"].items()
    }
    return {**operation, "operationId": f"head_{operation['operationId']}", "responses": answers}


def _adapters(
    routes: Sequence[Route],
) -> list[tuple[_Key, JsonSchemaMode, TypeAdapter[Any]]]:
    """Return every type that the routes take or give."""
    found: list[tuple[_Key, JsonSchemaMode, TypeAdapter[Any]]] = [
        (("error", ""), "serialization", TypeAdapter(ErrorBody))
    ]
    for route in routes:
        found += [
            ((route.handler, part), "validation", TypeAdapter(model))
            for part, model in route.asked.items()
        ]
        if route.answer is not None:
            found.append(((route.handler, "answer"), "serialization", route.answer))
    return found


def _operation(
    route: Route, schemas: dict[Any, Any], definitions: dict[str, Any]
) -> dict[str, Any]:
    """Describe one route."""

    def schema(part: str, mode: str) -> dict[str, Any]:
        found: dict[str, Any] = schemas[((route.handler, part), mode)]
        return found

    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
    }
    parameters = [
        parameter
        for part in ("path", "query")
        if part in route.asked
        for parameter in _parameters(part, schema(part, "validation"), definitions)
    ]
    parameters += [
        {
            "name": name,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": f"^{pattern.pattern}$"},
        }
        for name, pattern in route.headers.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if "body" in route.asked:
        body = schema("body", "validation")
        operation["requestBody"] = {
            "required": not _may_be_empty(route.asked["body"]),
            "content": {"application/json": {"schema": body}},
        }
    elif route.upload:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {route.upload: binary}}
    success: dict[str, Any] = {"description": "It worked"}
    if route.answer is not None:
        success["content"] = {"application/json": {"schema": schema("answer", "serialization")}}
    elif route.media is not None:
        success["content"] = {route.media: {"schema": {"type": "string"}}}
    operation["responses"] = _errors(route, schemas[(("error", ""), "serialization")]) | {
        str(status): success for status in (route.status, *route.also)
    }
    if route.public:
        operation["security"] = []
    return operation


def _parameters(
    part: str, schema: dict[str, Any], definitions: dict[str, Any]
) -> list[dict[str, Any]]:
    """Describe the fields of a model as parameters."""
    resolved = _resolved(schema, definitions)
    required = resolved.get("required", [])
    return [
        {
            "name": name,
            "in": part,
            "required": part == "path" or name in required,
            "schema": field,
        }
        for name, field in resolved.get("properties", {}).items()
    ]


def _may_be_empty(model: type[BaseModel]) -> bool:
    """Tell whether a body may be left out: it then is an empty object."""
    try:
        model.model_validate({})
    except ValidationError:
        return False
    return True


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or what it refers to."""
    reference = schema.get("$ref")
    found: dict[str, Any] = definitions[reference.rpartition("/")[2]] if reference else schema
    return found


def _errors(route: Route, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe the errors a route may answer with, one for each status."""
    families: dict[int, list[str]] = defaultdict(list)
    told: list[type[ForgeError]] = list(route.errors)
    if not route.public:
        told += _USUAL
    if "body" in route.asked or route.upload:
        told.append(TooLarge)
    for error in dict.fromkeys(told):
        families[error.status].append(error.family)
    return _NO_HTTP | {
        str(status): {
            "description": ", ".join(f"`{family}`" for family in names),
            "content": {"application/json": {"schema": schema}},
        }
        for status, names in sorted(families.items())
    }
