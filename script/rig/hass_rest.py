"""Home Assistant's REST API: logging in and everything that is one request."""

from http import HTTPStatus
import time
from typing import Any, Final

import aiohttp

from rig.errors import RigError

USER: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105  # printed for everybody to see; the server is on loopback
REQUEST_TIMEOUT_S: Final = 60
TOKEN_LIFE_S: Final = 20 * 60  # Home Assistant's lasts 30 minutes


class HttpError(RigError):
    """Home Assistant answered a request with an error status."""

    def __init__(self, method: str, path: str, status: int, text: str) -> None:
        """Keep the status and what the answer said."""
        super().__init__(f"{method} {path} answered {status}: {text[:500]}")
        self.status = status
        self.text = text


class Rest:
    """One person's session with Home Assistant's REST API."""

    def __init__(self, url: str) -> None:
        """Prepare a session with the Home Assistant at `url`."""
        self.url = url
        self.session: aiohttp.ClientSession | None = None
        self._access_token = ""
        self._refresh_token = ""
        self._token_until = 0.0

    @property
    def _client_id(self) -> str:
        """Return who asks for a login: the address itself, as the front end does."""
        return f"{self.url}/"

    async def close(self) -> None:
        """Close the connections."""
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def request(
        self, method: str, path: str, body: Any = None, *, authorized: bool = True
    ) -> Any:
        """Send one JSON request and return the decoded answer; raise HttpError from 400 on."""
        headers = {"Authorization": f"Bearer {await self.token()}"} if authorized else {}
        return await self._send(method, path, headers=headers, json=body)

    async def get(self, path: str) -> Any:
        """Get a JSON document."""
        return await self.request("GET", path)

    async def post(self, path: str, body: Any = None) -> Any:
        """Post a JSON document and return the answer."""
        return await self.request("POST", path, {} if body is None else body)

    async def delete(self, path: str) -> Any:
        """Delete something."""
        return await self.request("DELETE", path)

    async def fetch(self, path: str) -> bytes:
        """Return what lies at a signed address, as it is; no token goes with it."""
        async with self._opened().get(self.url + path) as response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise HttpError("GET", path, response.status, await response.text())
            return await response.read()

    async def token(self) -> str:
        """Return an access token that is valid for some minutes."""
        if time.monotonic() > self._token_until and self._refresh_token:
            await self._take_tokens(
                {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            )
        return self._access_token

    async def onboarding(self) -> dict[str, bool]:
        """Return which steps of the onboarding are done; empty when Home Assistant is past it."""
        try:
            steps = await self.request("GET", "/api/onboarding", authorized=False)
        except HttpError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return {}
            raise
        return {step["step"]: step["done"] for step in steps}

    async def onboard(self, language: str) -> None:
        """Create the user and take the remaining steps, as a person would at the first visit."""
        done = await self.onboarding()
        if done.get("user", True):
            await self.login()
        else:
            answer = await self.request(
                "POST",
                "/api/onboarding/users",
                {
                    "name": USER.title(),
                    "username": USER,
                    "password": PASSWORD,
                    "client_id": self._client_id,
                    "language": language,
                },
                authorized=False,
            )
            await self._exchange(answer["auth_code"])
        if not done.get("analytics", True):
            await self.post("/api/onboarding/analytics")
        if not done.get("integration", True):
            await self.post(
                "/api/onboarding/integration",
                {"client_id": self._client_id, "redirect_uri": self._client_id},
            )

    async def login(self) -> None:
        """Log in with name and password."""
        flow = await self.request(
            "POST",
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self._client_id,
            },
            authorized=False,
        )
        answer = await self.request(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self._client_id, "username": USER, "password": PASSWORD},
            authorized=False,
        )
        if answer["type"] != "create_entry":
            raise RigError(f"Home Assistant refused the login: {answer.get('errors')}")
        await self._exchange(answer["result"])

    async def _exchange(self, code: str) -> None:
        """Trade an authorization code for tokens."""
        await self._take_tokens({"grant_type": "authorization_code", "code": code})

    async def _take_tokens(self, form: dict[str, str]) -> None:
        """Ask for tokens and keep them."""
        answer = await self._send("POST", "/auth/token", data={"client_id": self._client_id} | form)
        self._access_token = answer["access_token"]
        self._refresh_token = answer.get("refresh_token", self._refresh_token)
        self._token_until = time.monotonic() + TOKEN_LIFE_S

    async def _send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return what came back, decoded when it is JSON."""
        async with self._opened().request(method, self.url + path, **options) as response:
            text = await response.text()
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise HttpError(method, path, response.status, text)
            return await response.json() if "json" in response.content_type else text

    def _opened(self) -> aiohttp.ClientSession:
        """Return the session, opened at its first use."""
        if self.session is None:
            self.session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
            )
        return self.session
