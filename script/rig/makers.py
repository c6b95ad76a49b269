"""The makerspace of the demo: its machines, who comes there, and what each of them may do."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A card that belongs to nobody, as somebody might find one in a pocket.
STRANGE_CARD: Final = "0a1b2c5f"
#: How long before its care is due the laser may still be used.
LEFT: Final = timedelta(minutes=3)


class Kind(StrEnum):
    """Tell which board stands at a machine."""

    #: A Fab-O-matic board, simulated as it speaks on the wire.
    FABOMATIC = "fabomatic"
    #: Atelier's own board, which runs its real firmware.
    GATE = "gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine; `number` is the one in its topic."""

    number: int
    name: str
    type: str
    board: Kind
    #: Its care: what is to be done, what the display says of it, after how many hours.
    care: str
    care_lcd: str
    care_h: float
    #: Hours left until that care.
    left_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A member; `key` is what they are called at the command line."""

    key: str
    name: str
    surname: str
    role: str
    #: As the boards spell it: 8 hex digits.
    card: str
    #: Whether they may use the laser, as far as permissions go.
    permitted: bool = False
    #: How long ago they learnt to use it, None if never.
    trained: timedelta | None = None
    instructor: bool = False
    #: What there is to know of them at a glance, in the demo's language.
    about: str = ""
    #: Whether they can log in to Home Assistant, with their key as name and password.
    user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """All of it, in one language."""

    training: str
    laser_type: str
    drill_type: str
    machines: tuple[Machine, ...]
    people: tuple[Maker, ...]
    #: How far back anybody remembers what the machines were used for.
    weeks: int

    def cards(self) -> Mapping[str, str]:
        """Return the card of everybody, and one that nobody knows."""
        return {maker.key: maker.card for maker in self.people} | {"unknown": STRANGE_CARD}


#: Days for which the training counts.
VALID_DAYS: Final = 365

_PEOPLE: Final = (
    Maker(
        key="ada",
        name="Ada",
        surname="Byron",
        role="Members",
        card="0a1b2c01",
        permitted=True,
        trained=timedelta(days=90),
        user=True,
    ),
    Maker(
        key="sam",
        name="Sam",
        surname="Okafor",
        role="Staff",
        card="0a1b2c02",
        permitted=True,
        trained=timedelta(days=200),
        instructor=True,
        user=True,
    ),
    Maker(key="leo", name="Leo", surname="Rossi", role="Members", card="0a1b2c03"),
    Maker(
        key="noa",
        name="Noa",
        surname="Lindqvist",
        role="Members",
        card="0a1b2c04",
        permitted=True,
        trained=timedelta(days=VALID_DAYS + 20),  # so it lapsed three weeks ago
    ),
)

_WORDS: Final = {
    "en": {
        "training": "Laser safety",
        "laser": "Laser cutter",
        "drill": "Pillar drill",
        "laser_type": "Lasers",
        "drill_type": "Drills",
        "laser_care": "Clean the lens and the mirrors",
        "laser_lcd": "Clean the lens",
        "drill_care": "Grease the spindle",
        "drill_lcd": "Grease spindle",
        "ada": "member, trained",
        "sam": "staff, instructor",
        "leo": "member, not trained",
        "noa": "training lapsed",
    },
    "it": {
        "training": "Sicurezza laser",
        "laser": "Taglio laser",
        "drill": "Trapano",
        "laser_type": "Laser",
        "drill_type": "Trapani",
        "laser_care": "Pulire la lente e gli specchi",
        "laser_lcd": "Pulire la lente",
        "drill_care": "Ingrassare il mandrino",
        "drill_lcd": "Ingrassare",
        "ada": "socia, formata",
        "sam": "staff, istruttore",
        "leo": "socio, non formato",
        "noa": "formazione scaduta",
    },
}


def demo_makers(language: str, *, weeks: int = 4) -> Makers:
    """Return the makerspace, with everything named in a language and some weeks behind it."""
    words = _WORDS[language]
    laser = Machine(
        number=1,
        name=words["laser"],
        type=words["laser_type"],
        board=Kind.GATE,
        care=words["laser_care"],
        care_lcd=words["laser_lcd"],
        care_h=40,
        left_h=LEFT / timedelta(hours=1),
    )
    drill = Machine(
        number=2,
        name=words["drill"],
        type=words["drill_type"],
        board=Kind.FABOMATIC,
        care=words["drill_care"],
        care_lcd=words["drill_lcd"],
        care_h=60,
        left_h=22,
    )
    return Makers(
        training=words["training"],
        laser_type=words["laser_type"],
        drill_type=words["drill_type"],
        machines=(laser, drill),
        people=tuple(replace(maker, about=words[maker.key]) for maker in _PEOPLE),
        weeks=weeks,
    )
