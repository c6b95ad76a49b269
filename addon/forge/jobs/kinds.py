"""The kinds of jobs there are: each room registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ValidationError

from forge.errors import Invalid, NotFound
from forge.jobs.context import Context
from forge.jobs.states import Slot

type Run[P: BaseModel] = Callable[[Context, P], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of job is run."""

    name: str
    params: type[BaseModel]
    run: Callable[[Context, Any], dict[str, Any]]
    slot: Slot
    #: It may be run again from its beginning when its worker died.
    resumable: bool
    #: Seconds it may take; None: what is set for all.
    timeout_s: int | None

    def read(self, params: dict[str, Any]) -> BaseModel:
        """Return the parameters. Raise Invalid."""
        try:
            return self.params.model_validate(params)
        except ValidationError as error:
            raise Invalid(
                f"The parameters of {self.name} cannot be used",
                about="params",
                problems=[
                    {"where": ".".join(map(str, found["loc"])), "what": found["msg"]}
                    for found in error.errors(include_url=False, include_input=False)
                ],
            ) from None


#: What the kinds are called that the Forge has for itself, and that nobody waits for.
OWN: Final = "forge."
_KINDS: Final[dict[str, Kind]] = {}


def job[P: BaseModel](
    name: str, *, slot: Slot, resumable: bool = False, timeout_s: int | None = None
) -> Callable[[Run[P]], Run[P]]:
    """Register a function as a kind of job; its second argument's type is its parameters'."""

    def register(run: Run[P]) -> Run[P]:
        hints = list(get_type_hints(run).values())
        if name in _KINDS:
            raise ValueError(f"There are two kinds of jobs called {name}")
        _KINDS[name] = Kind(name, hints[1], run, slot, resumable, timeout_s)
        return run

    return register


def kind_of(name: str) -> Kind:
    """Return a kind. Raise NotFound."""
    if (kind := _KINDS.get(name)) is None:
        raise NotFound(f"There is no kind of job called {name}", about="kind", kind=name)
    return kind


def kinds() -> list[Kind]:
    """Return all kinds, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]
