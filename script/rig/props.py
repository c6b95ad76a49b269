"""The props of the demo: a family of them, as somebody might have built it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rig.board import BoardPlan

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area of the house."""

    name: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prop:
    """A prop, where it stands, and which of its settings its owner changed."""

    plan: BoardPlan
    place: Place
    settings: Mapping[str, float] = field(default_factory=dict)


# A real motion sensor settles for a minute after power-on; a simulated one need not.
EAGER: Final = {"warm_up": 0}

PLACES: Final = {
    "en": {
        "graveyard": Place(name="Graveyard", icon="mdi:grave-stone"),
        "crypt": Place(name="Crypt", icon="mdi:church"),
        "porch": Place(name="Front porch", icon="mdi:pumpkin"),
    },
    "it": {
        "graveyard": Place(name="Cimitero", icon="mdi:grave-stone"),
        "crypt": Place(name="Cripta", icon="mdi:church"),
        "porch": Place(name="Veranda", icon="mdi:pumpkin"),
    },
}


def demo_props(language: str) -> tuple[Prop, ...]:
    """Return the props of the demo, with the areas named in a language."""
    places = PLACES[language]
    return (
        Prop(
            plan=BoardPlan(id="coffin-1", name="Coffin Jumper"),
            place=places["graveyard"],
            settings=EAGER,
        ),
        Prop(
            plan=BoardPlan(id="coffin-2", name="Gräfin Zähneklapper 🧛"),
            place=places["crypt"],
            settings=EAGER,
        ),
        Prop(
            plan=BoardPlan(id="lantern-1", name="Porch Lantern", bundle="example_prop"),
            place=places["porch"],
        ),
    )
