"""The network of a simulated board: a radio that can be lost, sockets that die with it."""

import io
import socket as real
import struct

from .chips import Module

_JOIN_MS = 300
_UNREACHABLE, _RESET = 113, 104


def _is_answered(packet):
    """Tell whether a packet has an answer: all but PUBACK, DISCONNECT and PUBLISH at QoS 0.

    A machine's queries are answered although they are of that kind.
    """
    if packet[0] & 0xF0 in (0x40, 0xE0):
        return False
    query = b"machine/" in packet and b'"alive"' not in packet
    return packet[0] & 0xF6 != 0x30 or query


class Air:
    """Whether there is a network, and the sockets that live on it."""

    def __init__(self, world):
        """Begin with a network."""
        self.up = True
        self.world = world
        self.sockets = []

    def set(self, up):
        """Lose the network, or bring it back."""
        self.up = up
        if not up:
            self.cut()

    def cut(self):
        """Kill every connection, as seen from both sides."""
        for one in list(self.sockets):
            one.kill()

    def network_module(self):
        """Return `network`."""
        air = self

        class WLAN:
            """The station."""

            PM_NONE = 0

            def __init__(self, interface=0):
                self._active = False
                self._joined_at = None

            def active(self, active=None):
                """Return or set whether the radio is on."""
                if active is None:
                    return self._active
                self._active = active
                if not active:
                    self._joined_at = None
                return None

            def connect(self, ssid, password=None, **_):
                """Begin to join."""
                if not self._active:
                    raise OSError("Wifi Not Started")
                self._joined_at = air.world.ms() + _JOIN_MS

            def disconnect(self):
                """Leave."""
                self._joined_at = None

            def isconnected(self):
                """Tell whether the network is there."""
                return air.up and self._joined_at is not None and air.world.ms() >= self._joined_at

            def status(self, what=None):
                """Return the signal strength in dBm, or whether it is joined."""
                if what == "rssi":
                    return -58 if self.isconnected() else None
                return 1010 if self.isconnected() else 1001

            def ifconfig(self):
                """Return the address."""
                return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")

            def config(self, *_, **__):
                """Accept any configuration."""

        return Module(
            __name__="network", WLAN=WLAN, STA_IF=0, AP_IF=1, hostname=lambda name=None: None
        )

    def socket_module(self):
        """Return `socket` and the class of its sockets."""
        air = self

        class Socket(io.IOBase):
            """A real socket for as long as there is a network."""

            def __init__(self, *arguments):
                self._socket = real.socket(*arguments)
                self._fileno = self._socket.fileno()
                self._dead = False
                air.sockets.append(self)

            def kill(self):
                """Die without a word; the other side sees a reset."""
                self._dead = True
                self._close(linger=True)

            def close(self):
                """Close."""
                self._close(linger=False)

            def _close(self, linger):
                if self in air.sockets:
                    air.sockets.remove(self)
                    if linger:
                        self._socket.setsockopt(
                            real.SOL_SOCKET, real.SO_LINGER, struct.pack("ii", 1, 0)
                        )
                    self._socket.close()

            def _alive(self):
                if self._dead or not air.up:
                    raise OSError(_RESET)

            def setblocking(self, flag):
                """Set whether calls wait."""
                self._socket.setblocking(flag)

            def setsockopt(self, *arguments):
                """Set an option."""
                self._socket.setsockopt(*arguments)

            def connect(self, address):
                """Connect."""
                if not air.up:
                    raise OSError(_UNREACHABLE)
                self._socket.connect(address)

            def read(self, count=-1):
                """Return bytes, None where there are none yet."""
                self._alive()
                got = self._socket.read(count)
                if got:
                    air.world.heard()
                return got

            def readinto(self, buffer, *count):
                """Fill a buffer."""
                self._alive()
                return self._socket.readinto(buffer, *count)

            def write(self, sent, *rest):
                """Send bytes; return how many went."""
                self._alive()
                if sent and _is_answered(bytes(sent)):
                    air.world.expecting = True
                return self._socket.write(sent, *rest)

            def ioctl(self, request, argument):
                """Tell poll which file this is."""
                return self._fileno if request == 10 else 0

        module = Module(
            __name__="socket",
            socket=Socket,
            getaddrinfo=real.getaddrinfo,
            SOCK_STREAM=real.SOCK_STREAM,
            SOCK_DGRAM=real.SOCK_DGRAM,
            AF_INET=real.AF_INET,
            SOL_SOCKET=real.SOL_SOCKET,
            SO_REUSEADDR=real.SO_REUSEADDR,
        )
        return module, Socket
