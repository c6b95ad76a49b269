"""MQTT 3.1.1 on the wire (OASIS standard, chapters 2 and 3): bytes out, facts in."""

CONNACK = 2
PUBLISH = 3
PUBACK = 4
SUBACK = 9
PINGRESP = 13

PINGREQ_BYTES = b"\xc0\x00"
DISCONNECT_BYTES = b"\xe0\x00"


class ProtocolError(OSError):
    """The other side sent what MQTT does not allow; the link is of no use any more."""


def length_bytes(length):
    """Return a remaining length as 1 to 4 bytes."""
    out = bytearray()
    while True:
        low = length & 0x7F
        length >>= 7
        out.append(low | 0x80 if length else low)
        if not length:
            return bytes(out)


def text_bytes(text):
    """Return a text, or bytes, with its length before it."""
    raw = text.encode() if isinstance(text, str) else text
    return bytes((len(raw) >> 8, len(raw) & 255)) + raw


def connect(client_id, keepalive_s, will_topic, will, user, password):
    """Return a CONNECT for a clean session, with a retained QoS 1 last will where there is one."""
    flags = 0x02
    body = text_bytes(client_id)
    if will_topic:
        flags |= 0x04 | 0x08 | 0x20
        body += text_bytes(will_topic) + text_bytes(will)
    if user is not None:
        flags |= 0x80
        body += text_bytes(user)
        if password is not None:
            flags |= 0x40
            body += text_bytes(password)
    head = b"\x00\x04MQTT\x04" + bytes((flags, keepalive_s >> 8, keepalive_s & 255))
    return b"\x10" + length_bytes(len(head) + len(body)) + head + body


def subscribe(packet_id, topics):
    """Return a SUBSCRIBE at QoS 1."""
    body = bytes((packet_id >> 8, packet_id & 255))
    for topic in topics:
        body += text_bytes(topic) + b"\x01"
    return b"\x82" + length_bytes(len(body)) + body


def publish_head(topic, payload_length, qos, retain, packet_id, dup):
    """Return a PUBLISH up to its payload."""
    head = text_bytes(topic)
    if qos:
        head += bytes((packet_id >> 8, packet_id & 255))
    first = 0x30 | (8 if dup else 0) | qos << 1 | (1 if retain else 0)
    return bytes((first,)) + length_bytes(len(head) + payload_length) + head


def puback(packet_id):
    """Return a PUBACK."""
    return bytes((0x40, 2, packet_id >> 8, packet_id & 255))
