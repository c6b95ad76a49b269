"""A prop that speaks the contract from a few lines, written from docs/contract.md alone."""

import json
from typing import Any, Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

INFO: dict[str, Any] = {
    "contract": 1,
    "kind": "prop",
    "name": "Actor",
    "model": "Actor",
    "firmware": {"version": "1.0.0"},
    "capabilities": {
        "states": {"armed": {}, "action": {"active": True}, "blocked": {"armed": False}},
        "actions": {
            "trigger": {"role": "trigger", "button": True},
            "stop": {"role": "stop", "button": True},
            "block": {"role": "disarm"},
            "unblock": {"role": "arm"},
        },
        "telemetry": {
            "temperature": {"type": "float", "unit": "°C", "class": "temperature"},
            "motion": {"type": "bool", "class": "motion"},
        },
        "settings": {"volume": {"type": "int", "min": 0, "max": 30}},
        "events": {"activated": {}, "refused": {}},
    },
}


class Actor:
    """Be on the bus, obey, and publish whatever a test wants."""

    def __init__(
        self,
        port: int,
        *,
        prefix: str = "props",
        device_id: str = "actor",
        serial: str = "s1",
        silent: bool = False,
        info: dict[str, Any] | None = None,
    ) -> None:
        """Describe it; a silent one does not answer commands."""
        self.key = f"{prefix}/{device_id}"
        self.commands: list[dict[str, Any]] = []
        self._port = port
        self._info = INFO | {"serial": serial} | (info or {})
        self._silent = silent
        # No client id of its own: two actors with one id must not drive each other away.
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._connected
        self._client.on_message = self._told
        self._client.reconnect_delay_set(1, 1)

    def start(self) -> Self:
        """Connect and introduce itself."""
        self._client.will_set(f"{self.key}/availability", "offline", 1, retain=True)
        self._client.connect("127.0.0.1", self._port, keepalive=10)
        self._client.loop_start()
        return self

    def stop(self) -> None:
        """Leave in good order."""
        self.publish("availability", "offline", retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    async def __aenter__(self) -> Self:
        """Be there within the block."""
        return self.start()

    async def __aexit__(self, *_: object) -> None:
        """Leave with the block."""
        self.stop()

    def publish(self, channel: str, payload: Any, *, retain: bool = False) -> None:
        """Publish on one of its topics; what is no text or bytes goes out as JSON."""
        self.shout(f"{self.key}/{channel}", payload, retain=retain)

    def shout(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        """Publish anywhere, and wait until the broker has it."""
        if not isinstance(payload, str | bytes):
            payload = json.dumps(payload)
        self._client.publish(topic, payload, 1, retain=retain).wait_for_publish(10)

    def introduce(self) -> None:
        """Publish who it is, that it is there, and how it is."""
        self._client.publish(
            f"{self.key}/info",
            json.dumps(self._info),
            1,
            retain=True,
        )
        for channel, payload in (
            ("availability", "online"),
            ("state", "armed"),
            ("settings", json.dumps({"volume": 20})),
        ):
            self._client.publish(f"{self.key}/{channel}", payload, 1, retain=True)

    def _connected(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe([(f"{self.key}/cmd", 1), (f"{self.key}/settings/set", 1)])
        self.introduce()

    def _told(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        try:
            command = json.loads(message.payload)
        except ValueError:
            return
        if not isinstance(command, dict) or message.retain:
            return
        self.commands.append(command)
        if self._silent or "correlation_id" not in command:
            return
        answer = {"correlation_id": command["correlation_id"], "ok": True}
        client.publish(f"{self.key}/result", json.dumps(answer), 1)
