"""The API as an aiohttp application, one for each door."""

import asyncio
from functools import cache
import time
from typing import Final

from aiohttp import web

from forge.api import (
    asu,
    builders,
    builds,
    downloads,
    exchange,
    flash,
    jobs,
    keys,
    overlays,
    profiles,
    releases,
    remote,
    system,
)
from forge.api.answers import Handler, as_json, told
from forge.api.asked import read
from forge.api.clients import open_to_clients
from forge.api.doors import Door, Guard
from forge.api.downloads import TICKETS
from forge.api.live import Live
from forge.api.metrics import Metrics
from forge.api.openapi import describe
from forge.api.routes import ASU, PREFIX, Call, Other, Route
from forge.api.tickets import Tickets
from forge.app import Forge
from forge.jobs.limits import MIB
from forge.web.pages import ASSETS, INDEX, Pages

#: Every room's table.
ROUTES: Final[tuple[Route, ...]] = (
    *system.ROOT.all,
    *system.ROUTES.all,
    *jobs.ROUTES.all,
    *downloads.ROUTES.all,
    *remote.ROUTES.all,
    *profiles.ROUTES.all,
    *overlays.ROUTES.all,
    *exchange.ROUTES.all,
    *releases.ROUTES.all,
    *builders.ROUTES.all,
    *builds.ROUTES.all,
    *keys.ROUTES.all,
    *asu.OWN.all,
    *asu.ROUTES.all,
    *asu.JSON.all,
    *asu.STORE.all,
    *flash.ROUTES.all,
)


def build(forge: Forge, door: Door, token: str, live: Live, metrics: Metrics) -> web.Application:
    """Return what answers at a door."""
    guard = Guard(door, forge.settings, token)
    public = {route.path for route in ROUTES if route.public}
    if door is Door.API:
        # Without it nobody could even be asked for the token.
        public |= {INDEX, ASSETS}

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who may, before anything of the request is read or even looked up."""
        resource = request.match_info.route.resource
        known = resource is not None and resource.canonical in public
        request["by"] = "" if known else guard.admit(request)
        return await handler(request)

    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.monotonic()
        request["room"] = rooms.get(request.match_info.handler, "")
        answer = await handler(request)
        metrics.answered(request.get("route"), answer.status, time.monotonic() - began)
        return answer

    app = web.Application(
        middlewares=[counted, told, guarded],
        client_max_size=forge.settings.body_limit_mb * MIB,
    )
    served = [(route, _handler(route, forge, live, metrics)) for route in ROUTES]
    rooms = {handler: route.tag for route, handler in served}
    for route, handler in served:
        for method in route.methods:
            app.router.add_route(method, route.path, handler)
    if door is Door.API:
        open_to_clients(app, [one for one in served if one[0].tag == ASU])

    async def openapi(_request: web.Request) -> web.Response:
        described = await asyncio.to_thread(description)
        return web.Response(text=described, content_type="application/json")

    app.router.add_get(f"{PREFIX}/openapi.json", openapi)
    app[TICKETS] = Tickets()
    Pages().add_to(app)
    return app


@cache
def description() -> str:
    """Return what is served, as OpenAPI tells it: made for who asks, as it takes 2 MB of memory."""
    return as_json(describe(ROUTES)).text or ""


def _handler(route: Route, forge: Forge, live: Live, metrics: Metrics) -> Handler:
    """Return what aiohttp calls: read, do, answer."""

    async def handle(request: web.Request) -> web.StreamResponse:
        request["route"] = route
        arguments = await read(route, request)
        call = Call(forge, live, metrics, request["by"], request)
        if route.blocks:
            result = await asyncio.to_thread(route.handler, call, **arguments)
        else:
            result = await route.handler(call, **arguments)
        if isinstance(result, web.StreamResponse):
            return result
        if route.answer is None:
            return web.Response(status=route.status)
        chosen = result if isinstance(result, Other) else Other(result, route.status, {})
        return web.Response(
            body=route.answer.dump_json(chosen.answer),
            status=chosen.status,
            headers=chosen.headers,
            content_type="application/json",
        )

    return handle
