"""The demo's own dashboard: core cards only, made from what the registry really holds."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from rig.props import Prop
    from rig.workshop import Workshop

FILE: Final = "halloween.yaml"
PATH: Final = "halloween-props"
TITLE: Final = "Halloween"

CONFIGURATION: Final = f"""\
lovelace:
  dashboards:
    {PATH}:
      mode: yaml
      filename: {FILE}
      title: {TITLE}
      icon: mdi:halloween
      show_in_sidebar: true
"""

WORDS: Final = {
    "en": {"armed": "Armed", "all": "All props", "stop": "Stop everything", "lately": "Lately"},
    "it": {
        "armed": "Armato",
        "all": "Tutti gli automi",
        "stop": "Ferma tutto",
        "lately": "Ultimi eventi",
    },
}

type Card = dict[str, Any]

OWN_NAME: Final = {"type": "entity"}  # the section says already which prop it is
INLINE: Final[Card] = {"features_position": "inline", "grid_options": {"columns": "full"}}

# What a prop's section shows, in this order: the tail of the unique id and the card's own part.
TILES: Final[tuple[tuple[str, Card], ...]] = (
    ("armed", {"features": [{"type": "toggle"}], **INLINE}),
    ("state", {"name": OWN_NAME}),
    ("telemetry/motion", {"name": OWN_NAME}),
    ("telemetry/triggers", {"name": OWN_NAME}),
    ("activity", {"name": OWN_NAME}),
    ("player", {"name": OWN_NAME, "features": [{"type": "media-player-volume-slider"}], **INLINE}),
)


class Plain(yaml.SafeDumper):
    """Write repeated parts out, as a person would."""

    def ignore_aliases(self, data: object) -> bool:  # all alike
        """Never point back."""
        return True


async def write_dashboard(workshop: Workshop) -> None:
    """Write the dashboard's file; Home Assistant reads it when somebody looks."""
    entities = await workshop.hass.entities()
    words = WORDS[workshop.language]
    ids = {key: entry["entity_id"] for key, entry in entities.items()}
    sections = [_prop_section(workshop, prop, ids, words) for prop in workshop.props]
    badges = [
        {"type": "entity", "entity": entry["entity_id"], "show_name": True}
        for key, entry in sorted(entities.items())
        if key.endswith("/telemetry/motion")
    ]
    view = {
        "title": TITLE,
        "path": "props",
        "icon": "mdi:coffin",
        "type": "sections",
        "max_columns": 3,
        "badges": badges,
        "sections": [*sections, _all_section(words, sorted(_activities(entities)))],
    }
    text = yaml.dump({"views": [view]}, Dumper=Plain, allow_unicode=True, sort_keys=False)
    await asyncio.to_thread((workshop.hass.folder / FILE).write_text, text, encoding="utf-8")


def _prop_section(
    workshop: Workshop, prop: Prop, ids: dict[str, str], words: dict[str, str]
) -> Card:
    """Return the section of one prop."""

    def entity(tail: str) -> str | None:
        return ids.get(workshop.unique_id(prop.plan.id, tail))

    cards: list[Card] = [
        {"type": "heading", "heading": prop.plan.name, "icon": prop.place.icon, "badges": []}
    ]
    buttons = [
        ids[key]
        for key in sorted(ids)
        if key.startswith(workshop.unique_id(prop.plan.id, "action/trigger"))
    ]
    cards += [_press(button) for button in buttons]
    for tail, part in TILES:
        if (entity_id := entity(tail)) is not None:
            card = {"type": "tile", "entity": entity_id, **part}
            # The armed switch has the prop's own name, which the heading says already.
            cards.append(card if "name" in part else {**card, "name": words["armed"]})
    if (connectivity := entity("connectivity")) is not None:
        cards[0]["badges"].append({"type": "entity", "entity": connectivity})
    return {"type": "grid", "cards": cards}


def _press(button: str) -> Card:
    """Return a wide tile that presses a button wherever it is touched."""
    press = {
        "action": "perform-action",
        "perform_action": "button.press",
        "target": {"entity_id": button},
    }
    return {
        "type": "tile",
        "entity": button,
        "name": OWN_NAME,
        "color": "deep-orange",
        "hide_state": True,
        "tap_action": press,
        "icon_tap_action": press,
        "grid_options": {"columns": "full"},
    }


def _activities(entities: dict[str, dict[str, Any]]) -> list[str]:
    """Return the entities whose news are worth a line in the log."""
    return [
        entry["entity_id"]
        for key, entry in entities.items()
        if key.endswith(("/activity", "/state", "/armed"))
    ]


def _all_section(words: dict[str, str], activities: list[str]) -> Card:
    """Return the section that is about all props."""
    stop = {"action": "perform-action", "perform_action": "atelier.stop_all"}
    return {
        "type": "grid",
        "column_span": 3,
        "cards": [
            {"type": "heading", "heading": words["all"], "icon": "mdi:ghost"},
            {
                "type": "button",
                "name": words["stop"],
                "icon": "mdi:stop-circle",
                "tap_action": stop,
                "grid_options": {"columns": "full", "rows": 2},
            },
            {
                "type": "logbook",
                "title": words["lately"],
                "target": {"entity_id": activities},
                "hours_to_show": 2,
                "grid_options": {"columns": "full", "rows": 5},
            },
        ],
    }
