"""Tell a week of a makerspace in words."""

from datetime import datetime
from typing import Final

from homeassistant.util import dt as dt_util

from ..ledger.figures import WeeklySummary
from ..machines.facts import Facts

#: By language: what is told, with its facts.
SENTENCES: Final = {
    "en": {
        "period": "From {start} to {end}:",
        "machine": "• {machine}: {hours} h in {uses} uses by {members} members",
        "unused": "No machine was used.",
        "care": "Care is due:",
        "plan": "• {machine}: {plan} ({hours} h overdue)",
        "cards": "Cards that nobody knows: {cards}.",
        "day": "%Y-%m-%d",
        "point": ".",
    },
    "it": {
        "period": "Dal {start} al {end}:",
        "machine": "• {machine}: {hours} h (utilizzi: {uses}, persone: {members})",
        "unused": "Nessuna macchina è stata usata.",
        "care": "Manutenzioni da fare:",
        "plan": "• {machine}: {plan} (in ritardo di {hours} h)",
        "cards": "Tessere sconosciute: {cards}.",
        "day": "%d/%m/%Y",
        "point": ",",
    },
}


def tell(facts: Facts, summary: WeeklySummary, language: str) -> str:
    """Return the text of a summary; members are counted, not named."""
    words = SENTENCES[language]

    def hours(seconds: float) -> str:
        return f"{seconds / 3600:.1f}".replace(".", words["point"])

    def name(machine_id: int) -> str:
        machine = facts.machines.get(machine_id)
        return machine.name if machine else str(machine_id)

    def day(moment: float) -> str:
        local: datetime = dt_util.as_local(dt_util.utc_from_timestamp(moment))
        return local.strftime(words["day"])

    lines = [words["period"].format(start=day(summary.start), end=day(summary.end))]
    lines += [
        words["machine"].format(
            machine=name(one.machine_id),
            hours=hours(one.seconds),
            uses=one.uses,
            members=one.members,
        )
        for one in summary.machines
    ] or [words["unused"]]
    if summary.overdue:
        lines.append(words["care"])
    for due in summary.overdue:
        plan = facts.plans.get(due.plan_id)
        lines.append(
            words["plan"].format(
                machine=name(due.machine_id),
                plan=plan.description if plan else due.plan_id,
                hours=hours(due.seconds),
            )
        )
    if summary.unknown_cards:
        cards = len({seen.card for seen in summary.unknown_cards})
        lines.append(words["cards"].format(cards=cards))
    return "\n".join(lines)
