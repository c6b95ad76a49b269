"""Commands: parsed, told apart from their repetitions, done, answered."""

import json

from .log import log
from .values import Refused

_REMEMBERED = 8
_ACTION_LIMIT = 48
_CORRELATION_LIMIT = 64


class Commands:
    """Turn what arrives on `cmd` and `settings/set` into calls and answers."""

    def __init__(self, device):
        """Begin without memory of earlier commands."""
        self._device = device
        self._answers = []

    def command(self, payload, retained):
        """Do what a message on `cmd` says."""
        if retained:
            log("cmd: a retained command is ignored")
            return
        action = correlation_id = None
        try:
            action, params, correlation_id = parse(payload)
            if self._answered(correlation_id):
                return
            if action is None:
                raise Refused("bad_arguments", "action is missing")
            self._device.act(action, params, "command")
        except Refused as refusal:
            self._answer(correlation_id, refusal)
            self._device.refuse(refusal, action, "command")
        except Exception as error:
            self._device.broken(action, error)
            self._answer(correlation_id, Refused("fault", str(error)[:100]))
        else:
            self._answer(correlation_id, None)

    def settings(self, payload, retained):
        """Take a message on `settings/set`."""
        if retained:
            log("settings: a retained order is ignored")
            return
        correlation_id = None
        try:
            changes = load_object(payload)
            correlation_id = _correlation(changes)
            changes.pop("correlation_id", None)
            if self._answered(correlation_id):
                return
            self._device.change_settings(changes)
        except Refused as refusal:
            self._answer(correlation_id, refusal)
            self._device.refuse(refusal, "settings", "command")
        else:
            if correlation_id is not None:
                # It says "kept", so it goes out when flash holds the change.
                self._device.answer_when_kept(self._remember(correlation_id, None))

    def _answered(self, correlation_id):
        """Answer a repetition again; tell whether it was one."""
        if correlation_id is None:
            return False
        for answer in self._answers:
            if answer["correlation_id"] == correlation_id:
                self._device.answer(answer)
                return True
        return False

    def _answer(self, correlation_id, refusal):
        if correlation_id is not None:
            self._device.answer(self._remember(correlation_id, refusal))

    def _remember(self, correlation_id, refusal):
        answer = {"correlation_id": correlation_id, "ok": refusal is None}
        if refusal:
            answer["reason"] = refusal.reason
            if refusal.message:
                answer["message"] = refusal.message
            if refusal.retry_ms is not None:
                answer["retry_ms"] = refusal.retry_ms
        self._answers.append(answer)
        if len(self._answers) > _REMEMBERED:
            del self._answers[0]
        return answer


def parse(payload):
    """Return action, parameters and correlation id of a command, or raise Refused."""
    text = decode(payload)
    if not text:
        raise Refused("empty_command")
    if text[0] != "{":
        if len(text) > _ACTION_LIMIT:
            # It is repeated in the refusal, for which a long one would leave no memory.
            raise Refused("bad_arguments", "no action has so long a name")
        return text.lower(), None, None
    command = load_object(payload)
    correlation_id = _correlation(command)
    action = command.get("action")
    if not isinstance(action, str) or not 0 < len(action) <= _ACTION_LIMIT:
        action = None
    params = command.get("params")
    return action, command.get("args") if params is None else params, correlation_id


def decode(payload):
    """Return a payload as text without white space around it, or raise Refused."""
    if payload is None:
        raise Refused("bad_arguments", "message too large")
    try:
        return payload.decode().strip()
    except UnicodeError:
        raise Refused("bad_arguments", "not UTF-8")


def load_object(payload):
    """Return the JSON object in a payload, or raise Refused."""
    try:
        loaded = json.loads(decode(payload))
    except (ValueError, RuntimeError, MemoryError):  # RuntimeError: nested too deeply
        raise Refused("bad_arguments", "not JSON")
    if not isinstance(loaded, dict):
        raise Refused("bad_arguments", "not an object")
    return loaded


def _correlation(message):
    correlation_id = message.get("correlation_id")
    if correlation_id is None:
        return None
    if not isinstance(correlation_id, str) or not 0 < len(correlation_id) <= _CORRELATION_LIMIT:
        raise Refused("bad_arguments", "correlation_id must be text, up to 64")
    return correlation_id
