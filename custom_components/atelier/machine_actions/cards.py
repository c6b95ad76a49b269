"""The actions on cards: whose they are, and those that nobody knows."""

from dataclasses import replace
from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..ledger.errors import Duplicate, Unknown
from ..ledger.pages import UnknownCardQuery
from ..ledger.rules import folded_card
from .request import (
    ATTR_CARD,
    ATTR_MACHINE_ID,
    MEMBER,
    NUMBER,
    PAGE,
    WORDS,
    Action,
    Request,
    described,
)

_CARD: Final = {vol.Required(ATTR_CARD): cv.string}


async def _add_card(request: Request) -> JsonObjectType:
    """Give a member one more card."""
    member, card = request.member(), folded_card(request.data[ATTR_CARD])
    if card in member.cards:
        raise Duplicate("card", member.id)
    return {"member": await request.keep(replace(member, cards=(*member.cards, card)))}


async def _remove_card(request: Request) -> JsonObjectType:
    """Take a card from whoever has it."""
    card = folded_card(request.data[ATTR_CARD])
    member = request.makerspace.desk.roll.member_with(card)
    if member is None:
        raise Unknown("card")
    cards = tuple(one for one in member.cards if one != card)
    return {"member": await request.keep(replace(member, cards=cards))}


async def _list_unknown_cards(request: Request) -> JsonObjectType:
    """Return a page of the cards that nobody knows, the latest first."""
    query = UnknownCardQuery(**request.given("search", "machine_id", "offset", "limit"))
    page = await request.makerspace.ledger.page(query)
    return {
        "total": page.total,
        "cards": [
            described(seen) | {"machine": request.machine_name(seen.machine_id)}
            for seen in page.items
        ],
    }


async def _dismiss_unknown_card(request: Request) -> JsonObjectType:
    """Forget a card that nobody knows; shown again, it is listed again."""
    dismissed = await request.makerspace.dismiss_unknown_card(
        request.data[ATTR_CARD], request.data.get(ATTR_MACHINE_ID), by=request.by
    )
    return {"dismissed": dismissed}


ACTIONS: Final = (
    Action(name="add_card", act=_add_card, fields=MEMBER | _CARD),
    Action(name="remove_card", act=_remove_card, fields=_CARD),
    Action(
        name="list_unknown_cards",
        act=_list_unknown_cards,
        fields={vol.Optional("search"): WORDS, vol.Optional(ATTR_MACHINE_ID): NUMBER} | PAGE,
        asks=True,
    ),
    Action(
        name="dismiss_unknown_card",
        act=_dismiss_unknown_card,
        fields=_CARD | {vol.Optional(ATTR_MACHINE_ID): NUMBER},
    ),
)
