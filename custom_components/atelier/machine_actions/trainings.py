"""The actions on trainings: what can be learnt, and who learnt it."""

from collections import Counter
from dataclasses import replace
from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import number
from ..ledger.errors import Unknown
from ..machines.facts import Trained, Training
from .request import (
    ATTR_TRAINING,
    ATTR_UNTIL,
    MEMBER,
    MOMENT,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
)

_DAYS: Final = number(int, 1, 36500)
_TRAINING: Final = {vol.Required(ATTR_TRAINING): WORDS}


async def _list_trainings(request: Request) -> JsonObjectType:
    """Return all trainings, how many members have each, and the types that require it."""
    facts = request.facts
    learnt = Counter(trained.training_id for trained in facts.trained.values())
    return {
        "trainings": [
            described(training)
            | {
                "members": learnt[training.id or 0],
                "types": [
                    kind.name for kind in facts.types.values() if kind.training_id == training.id
                ],
            }
            for training in facts.trainings.values()
        ]
    }


async def _add_training(request: Request) -> JsonObjectType:
    """Add something to be learnt."""
    return {"training": await request.keep(Training(**request.given("name", "valid_days")))}


async def _change_training(request: Request) -> JsonObjectType:
    """Change what is given of a training; how long it counts changes for everybody."""
    changed = request.changed(request.training(), **request.given("name", "valid_days"))
    return {"training": await request.keep(changed)}


async def _remove_training(request: Request) -> JsonObjectType:
    """Remove a training that no type requires, and that members learnt it."""
    return await request.remove(Training, request.training().id or 0)


async def _record_training(request: Request) -> JsonObjectType:
    """Keep that a member learnt something, or learnt it anew."""
    member_id, training_id = request.member().id or 0, request.training().id or 0
    trained = Trained(
        member_id=member_id,
        training_id=training_id,
        at=request.past("at"),
        until=request.data.get(ATTR_UNTIL),
        instructor=request.data.get("instructor", False),
    )
    known = request.makerspace.desk.roll.trained_in(member_id, training_id)
    if known is not None:
        instructor = request.data.get("instructor", known.instructor)
        trained = replace(trained, id=known.id, version=known.version, instructor=instructor)
    return {"trained": await request.keep(trained)}


async def _remove_trained(request: Request) -> JsonObjectType:
    """Take back that a member learnt something."""
    roll = request.makerspace.desk.roll
    trained = roll.trained_in(request.member().id or 0, request.training().id or 0)
    if trained is None:
        raise Unknown("trained")
    return await request.remove(Trained, trained.id or 0)


ACTIONS: Final = (
    Action(name="list_trainings", act=_list_trainings, fields={}, asks=True),
    Action(
        name="add_training",
        act=_add_training,
        fields={vol.Required("name"): WORDS, vol.Optional("valid_days"): _DAYS},
    ),
    Action(
        name="change_training",
        act=_change_training,
        fields=_TRAINING
        | VERSION
        | {vol.Optional("name"): WORDS, vol.Optional("valid_days"): vol.Any(_DAYS, None)},
    ),
    Action(name="remove_training", act=_remove_training, fields=_TRAINING),
    Action(
        name="record_training",
        act=_record_training,
        fields=MEMBER
        | _TRAINING
        | {
            vol.Optional("at"): MOMENT,
            vol.Optional(ATTR_UNTIL): MOMENT,
            vol.Optional("instructor"): cv.boolean,
        },
    ),
    Action(name="remove_trained", act=_remove_trained, fields=MEMBER | _TRAINING),
)
