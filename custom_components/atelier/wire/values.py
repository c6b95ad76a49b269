"""Values a device has: what is described in `info`, and what arrives afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self, TypeIs

from .payload import is_number
from .rejection import Rejection, RejectionKind, excerpt

#: Home Assistant keeps no longer state than this.
TEXT_LIMIT: Final = 255
NAME_LIMIT: Final = 64
OPTIONS_LIMIT: Final = 64

type Value = bool | int | float | str | None

#: Names by language; the key "" holds a name that is the same in all.
type Names = dict[str, str]


class ValueType(StrEnum):
    """Name the types of telemetry and settings."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    CHOICE = "choice"


class Category(StrEnum):
    """Tell where a value or an action is shown."""

    CONFIG = "config"
    DIAGNOSTIC = "diagnostic"


class AtelierClass(StrEnum):
    """Name the classes that are Atelier's own, beside Home Assistant's."""

    UPTIME = "uptime"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpec:
    """Describe one value of telemetry or settings (docs/contract.md, «telemetry and settings»)."""

    key: str
    type: ValueType
    names: Names
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    category: Category | None = None
    icon: str | None = None
    enabled: bool = True
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    #: Settings of reference dialects: the action (and its parameter) that sets the value.
    via: str | None = None

    def parse(self, raw: Any) -> Value:
        """Return a value as received if it is of the described type, else reject it."""
        return None if raw is None else _PARSERS[self.type](self, raw)

    def holds(self, number: float) -> bool:
        """Tell whether a number is within the described range."""
        return (self.minimum is None or number >= self.minimum) and (
            self.maximum is None or number <= self.maximum
        )

    @classmethod
    def of(cls, key: str, raw: dict[str, Any]) -> Self:
        """Return the description of a value, from its object in `capabilities`."""
        value_type = _choice(raw, "type", ValueType)
        options = raw.get("options", [])
        if value_type is ValueType.CHOICE and not (
            isinstance(options, list)
            and 0 < len(options) <= OPTIONS_LIMIT
            and all(is_text(option, NAME_LIMIT) for option in options)
            and len(set(options)) == len(options)
        ):
            raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}.options={excerpt(options)}")
        numbers = {name: raw.get(name) for name in ("min", "max", "step")}
        for name, number in numbers.items():
            if number is not None and not is_number(number):
                raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}.{name}={excerpt(number)}")
        minimum, maximum, step = numbers.values()
        if (minimum is not None and maximum is not None and minimum > maximum) or (
            step is not None and step <= 0
        ):
            raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}: min, max and step do not fit")
        return cls(
            key=key,
            type=value_type,
            names=names(raw, key),
            unit=optional_text(raw, "unit", key),
            device_class=optional_text(raw, "class", key),
            state_class=optional_text(raw, "state_class", key),
            category=_choice(raw, "category", Category) if "category" in raw else None,
            icon=optional_text(raw, "icon", key),
            enabled=raw.get("enabled") is not False,
            options=tuple(options) if value_type is ValueType.CHOICE else (),
            minimum=minimum,
            maximum=maximum,
            step=step,
            via=optional_text(raw, "via", key),
        )


def _bool(spec: ValueSpec, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    raise _misfit(spec, raw)


def _int(spec: ValueSpec, raw: Any) -> int:
    if is_number(raw) and raw == int(raw) and spec.holds(raw):
        return int(raw)
    raise _misfit(spec, raw)


def _float(spec: ValueSpec, raw: Any) -> float:
    if is_number(raw) and spec.holds(raw):
        return float(raw)
    raise _misfit(spec, raw)


def _text(spec: ValueSpec, raw: Any) -> str | None:
    if raw == "":
        return None
    if is_text(raw, TEXT_LIMIT):
        return raw
    raise _misfit(spec, raw)


def _option(spec: ValueSpec, raw: Any) -> str:
    if raw in spec.options:
        return str(raw)
    raise _misfit(spec, raw)


def _misfit(spec: ValueSpec, raw: Any) -> Rejection:
    return Rejection(RejectionKind.BAD_VALUE, f"{spec.key}={excerpt(raw)} is no {spec.type}")


_PARSERS: Final[dict[ValueType, Callable[[ValueSpec, Any], Value]]] = {
    ValueType.BOOL: _bool,
    ValueType.INT: _int,
    ValueType.FLOAT: _float,
    ValueType.TEXT: _text,
    ValueType.CHOICE: _option,
}


def is_text(raw: object, limit: int) -> TypeIs[str]:
    """Tell whether something is a printable text of 1 to `limit` characters."""
    return isinstance(raw, str) and 0 < len(raw) <= limit and raw.isprintable()


def optional_text(raw: dict[str, Any], name: str, where: str) -> str | None:
    """Return a text, or None where the key is missing; reject what is no text."""
    value = raw.get(name)
    if value is not None and not is_text(value, NAME_LIMIT):
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{where}.{name}={excerpt(value)}")
    return value


def names(raw: dict[str, Any], where: str) -> Names:
    """Return the name of something by language; empty where it has none."""
    value = raw.get("name")
    if value is None:
        return {}
    if is_text(value, NAME_LIMIT):
        return {"": value}
    if isinstance(value, dict) and all(
        is_text(language, 16) and is_text(text, NAME_LIMIT) for language, text in value.items()
    ):
        return value
    raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{where}.name={excerpt(value)}")


def _choice[E: StrEnum](raw: dict[str, Any], name: str, choices: type[E]) -> E:
    value = raw.get(name)
    if value in tuple(choices):
        return choices(value)
    raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{name}={excerpt(value)}")
