"""Have what is published leave at once."""

import contextlib
import socket

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, callback


@callback
def send_at_once(hass: HomeAssistant) -> None:
    """Let no message wait for the broker's word about the one before (Nagle, RFC 896).

    Answers are small and many: each would wait until the broker has something to say or, by
    its system's rule, up to 40 ms (script/bench machines). Core's client offers no option for
    it, nor its socket; where the latter is found no more, all works as before, but slower.
    """
    client = getattr(hass.data.get(mqtt.DATA_MQTT), "client", None)
    opened = getattr(getattr(client, "_mqttc", None), "socket", lambda: None)()
    if isinstance(opened, socket.socket):
        with contextlib.suppress(OSError):  # no TCP
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
