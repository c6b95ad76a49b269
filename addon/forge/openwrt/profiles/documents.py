"""Profiles as text: YAML, JSON, TOML, in the reference's format."""

from collections.abc import Callable, Mapping
from enum import StrEnum
import json
import re
import tomllib
from typing import Any, Final

import tomli_w
import yaml

from forge.errors import Invalid
from forge.openwrt.profiles.schema import Profile, read

#: A thousand packages and a thousand files fit easily.
LONGEST: Final = 262_144


class Format(StrEnum):
    """How a profile is written."""

    YAML = "yaml"
    JSON = "json"
    TOML = "toml"


#: What files may be called.
SUFFIXES: Final[Mapping[str, Format]] = {
    ".yaml": Format.YAML,
    ".yml": Format.YAML,
    ".json": Format.JSON,
    ".toml": Format.TOML,
}


def parse(text: str | bytes, written: Format) -> Profile:
    """Read a profile. Raise Invalid where it is none, saying where and what."""
    if len(text) > LONGEST:
        raise Invalid(f"A profile's file has at most {LONGEST} bytes", about="document")
    failed: str
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        raw = _PARSERS[written](decoded)
    except RecursionError:
        failed = "it is nested too deeply"
    except (yaml.YAMLError, ValueError) as error:
        failed = " ".join(str(error).split())[:500]
    else:
        if not isinstance(raw, dict):
            raise Invalid(
                f"One profile is expected: names and values at the top of the {written} document",
                about="document",
            )
        return read(raw)
    raise Invalid(f"This cannot be read as {written}: {failed}", about="document")


def write(profile: Profile, written: Format, meta: Mapping[str, str] | None = None) -> str:
    """Return a profile as text that reads back as the same; `meta` goes at its end."""
    document = profile.document()
    if meta:
        document["meta"] = dict(meta)
    return _WRITERS[written](document)


class _Loader(yaml.SafeLoader):
    """YAML without surprises: 23.05 and 0644 stay what they are, nothing is said twice."""

    yaml_constructors = {}  # noqa: RUF012 - PyYAML's way to begin with none
    yaml_implicit_resolvers = {}  # noqa: RUF012 - as above

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Refuse a name that stands twice: one of its values would be lost."""
        seen: set[str] = set()
        for name, _value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name.value} is given twice", name.start_mark
                )
            seen.add(str(name.value))
        return yaml.constructor.BaseConstructor.construct_mapping(self, node, deep=deep)


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _flag(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> bool:
    text = loader.construct_scalar(node).lower()
    if text not in loader.bool_values:
        raise ValueError(f"{text} is neither true nor false")
    return bool(loader.bool_values[text])


def _mapping(loader: _Loader, node: yaml.Node) -> dict[Any, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "names and values are expected here")
    return loader.construct_mapping(node, deep=True)


def _sequence(loader: _Loader, node: yaml.Node) -> list[Any]:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "a list is expected here")
    return loader.construct_sequence(node, deep=True)


def _refused(_loader: _Loader, node: yaml.Node) -> None:
    """Refuse what says that it is something else."""
    raise yaml.constructor.ConstructorError(None, None, f"no profile has a {node.tag}")


_TAG: Final = "tag:yaml.org,2002:"
for _name, _constructor in {
    "map": _mapping,
    "seq": _sequence,
    "str": yaml.SafeLoader.construct_yaml_str,
    "null": yaml.SafeLoader.construct_yaml_null,
    "bool": _flag,
    "int": _whole,
}.items():
    _Loader.add_constructor(_TAG + _name, _constructor)
_Loader.add_constructor(None, _refused)
for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"(?i:yes|no|true|false|on|off)", list("yYnNtTfFoO")),
    # Octal and sexagesimal numbers are nothing that a profile has: they stay text.
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), _first)


def _parse_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with even fewer constructors


def _parse_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose names are said once each."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} is given twice")
        found[name] = value
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _write_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _write_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


_PARSERS: Final[Mapping[Format, Callable[[str], Any]]] = {
    Format.YAML: _parse_yaml,
    Format.JSON: _parse_json,
    Format.TOML: tomllib.loads,
}
_WRITERS: Final[Mapping[Format, Callable[[dict[str, Any]], str]]] = {
    Format.YAML: _write_yaml,
    Format.JSON: _write_json,
    Format.TOML: tomli_w.dumps,
}
