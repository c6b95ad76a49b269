"""Shapes of text: a pattern for programs, and words for whoever's text does not match it."""

from dataclasses import dataclass
import re
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True, slots=True)
class Shape:
    """What a whole text must match: `Annotated[str, Shape("[a-z]+", "small letters")]`.

    Served descriptions show the pattern, so it must mean the same to every reader: no
    look-around, no flags.
    """

    pattern: str
    words: str

    def matches(self, text: str) -> bool:
        """Tell whether a text has this shape, to its last character."""
        return re.fullmatch(self.pattern, text) is not None

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check what else is said of the text first."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it by its pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _checked(self, text: str) -> str:
        if not self.matches(text):
            raise PydanticCustomError("shape", "must be {words}", {"words": self.words})
        return text


def problems_of(error: ValidationError, root: str = "") -> list[dict[str, str]]:
    """Return what is wrong and where (`files[0].destination`), without what was given."""
    return [
        {"where": _where(root, found["loc"]), "what": found["msg"]}
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _where(root: str, steps: tuple[int | str, ...]) -> str:
    """Return an address within a document."""
    where = root
    for step in steps:
        if isinstance(step, int):
            where += f"[{step}]"
        else:
            where += f".{step}" if where else step
    return where
