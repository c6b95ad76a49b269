"""Follow the uses of one machine: what a board's messages make of them.

Nothing here waits or writes: each message yields a change, which holds once the ledger
has kept it. A board's durations are trusted; its messages may come late, twice or not at
all, and both clocks may jump.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .change import Change, Message, Outcome
from .facts import Ending, Use
from .memory import Memory
from .placing import end_of, fit, gap

#: A use that is not heard of for longer has ended.
SILENCE_S: Final = 3600.0
#: A start soon after a use was last heard of, by the same card, is the same start again.
FRESH_S: Final = 90.0
#: Two clocks: what they may differ by, at once and for each second that passes.
SLACK_S: Final = 30.0
DRIFT: Final = 0.02
#: A clock that is further back than this has been set back.
SET_BACK_S: Final = 2.0


class Course(Memory):
    """Understand each message by what is remembered."""

    def seen_s(self, message: Message) -> int:
        """Return the seconds for which a use lasted whose board has miscounted them."""
        use = self.open
        if use is None or use.member_id != message.member_id:
            return 0
        end = use.last_seen if message.replay else max(message.moment, use.last_seen)
        return round(end - use.start)

    def start(self, message: Message) -> Change:
        """Understand that a member logged in."""
        if message.id is not None and self._knows_start(message.id):
            return Change(Outcome.DUPLICATE)
        self.expect_start()
        use = self.open
        if use is not None and self._is_start_again(use, message):
            return Change(Outcome.DUPLICATE, doubted=True)
        ended = self._end_unheard(message.moment)
        floor = max((end_of(one) for one in (*self.closed, *ended)), default=message.moment)
        begin = max(message.moment, floor)
        return Change(Outcome.STARTED, (*ended, self._new(message, begin, begin)))

    def see(self, message: Message) -> Change:
        """Understand that a member has been logged in for a time."""
        use = self.open
        if use is not None and self._is_of(use, message):
            return self._go_on(use, message)
        last = self.closed[-1] if self.closed else None
        if use is None and last is not None and last.member_id == message.member_id:
            if last.ending is Ending.SILENCE and self._starts_with(last, message):
                seen = max(last.last_seen, message.moment)
                again = replace(last, end=None, ending=None, last_seen=seen)
                return Change(Outcome.REOPENED, (again,))
            if last.ending is Ending.CARD and self._is_within(last, message):
                return Change(Outcome.DUPLICATE)
        ended = self._end_unheard(message.moment)
        start, end, moved = self._place((*self.closed, *ended), message)
        new = self._new(message, start, end)
        return Change(Outcome.STARTED, (*_together(ended, moved), new))

    def stop(self, message: Message) -> Change:
        """Understand that a member logged out after a time."""
        if self._is_stop_again(message):
            return Change(Outcome.DUPLICATE)
        self._started = False
        use = self.open
        if use is not None and self._is_of(use, message):
            return self._end(use, message)
        last = self.closed[-1] if self.closed else None
        if use is None and last is not None and self._was_unheard(last, message):
            return self._end(last, message, list(self.closed)[:-1])
        ended = self._end_unheard(message.moment)
        others = (*self.closed, *ended)
        start, end, moved = self._place(others, message)
        if end <= start:
            return Change(Outcome.STOPPED if ended else Outcome.NOTHING, ended)
        new = replace(self._new(message, start, end), end=end, ending=Ending.CARD)
        return Change(Outcome.STOPPED, (*_together(ended, moved), new))

    def end_silent(self, steady: float) -> Change:
        """End a use that was not heard of for too long, when it was last heard of."""
        if self.open is None or steady - self.heard <= SILENCE_S:
            return Change(Outcome.NOTHING)
        ended = replace(self.open, end=self.open.last_seen, ending=Ending.SILENCE)
        return Change(Outcome.STOPPED, (ended,))

    def end_by_hand(self, now: float) -> Change:
        """End a use because a person says so."""
        if self.open is None:
            return Change(Outcome.NOTHING)
        end = max(now, self.open.start)
        return Change(
            Outcome.STOPPED,
            (replace(self.open, end=end, last_seen=end, ending=Ending.MANUAL),),
        )

    def _new(self, message: Message, start: float, seen: float) -> Use:
        return Use(
            machine_id=self.machine_id,
            member_id=message.member_id,
            start=start,
            last_seen=seen,
            replay=message.replay,
            origin=message.id,
        )

    def _is_start_again(self, use: Use, message: Message) -> bool:
        if use.member_id != message.member_id:
            return False
        if message.id is not None and use.origin is not None:
            return message.id == use.origin
        if message.exact:
            return message.moment <= use.last_seen + SLACK_S
        return message.replay or message.steady - self.heard <= FRESH_S

    def _is_stop_again(self, message: Message) -> bool:
        if message.id is not None and self._knows_stop(message.id):
            return True
        if self._stopped != (message.member_id, message.duration) or self.open is not None:
            return False
        if message.id is not None and self._stops:
            return False  # the one before had another id
        if not message.exact or not self.closed:
            return True
        return abs(end_of(self.closed[-1]) - message.moment) <= SLACK_S

    def _is_of(self, use: Use, message: Message) -> bool:
        """Tell whether a message is about this use, and not about a later one unheard of."""
        if use.member_id != message.member_id:
            return False
        if use.origin is not None and use.origin == message.id:
            return True
        # To take one use for two costs nothing, as they adjoin; two for one, all of the first.
        least = use.duration_s - 1 if self._counted is None else self._counted
        if message.duration < least:
            return False
        return not (self._doubted and message.steady - message.duration > self.heard)

    def _was_unheard(self, last: Use, message: Message) -> bool:
        """Tell whether a stop is about a use that silence ended."""
        if last.ending is not Ending.SILENCE or not self._is_of(last, message):
            return False
        return message.replay or self._starts_with(last, message)

    def _starts_with(self, use: Use, message: Message) -> bool:
        began = message.moment - message.duration
        return abs(began - use.start) <= _slack(message)

    def _is_within(self, use: Use, message: Message) -> bool:
        """Tell whether a use that ended covers what a message tells."""
        known = message.duration <= use.duration_s + SLACK_S
        return known and self._starts_with(use, message)

    def _go_on(self, use: Use, message: Message) -> Change:
        start, seen, moved = self._lasting(use, message, self.closed)
        now = replace(use, start=start, last_seen=seen)
        if start != use.start:
            return Change(Outcome.SEEN, (*moved, now))
        return Change(Outcome.SEEN, seen=now)

    def _end(self, use: Use, message: Message, others: Sequence[Use] | None = None) -> Change:
        start, end, moved = self._lasting(
            use, message, self.closed if others is None else others, ends=True
        )
        ended = replace(use, start=start, end=end, last_seen=end, ending=Ending.CARD)
        return Change(Outcome.STOPPED, (*moved, ended))

    def _lasting(
        self, use: Use, message: Message, others: Sequence[Use], *, ends: bool = False
    ) -> tuple[float, float, list[Use]]:
        """Return start and end of a use that has lasted as long as the board says.

        What began earlier than known begins earlier, as far as there is room. A server's
        clock that was set back does not shorten it, one that was set forward does not
        lengthen it.
        """
        duration, moment = float(message.duration), message.moment
        end = use.start + duration
        floor = max((end_of(other) for other in others), default=use.start)
        set_back = not message.exact and moment - message.steady < self._ahead - SET_BACK_S
        if set_back or moment < floor or moment < use.last_seen - SET_BACK_S:
            return use.start, end if ends else max(end, use.last_seen), []
        if end > moment and (ends or end > moment + SLACK_S):
            start, moved = fit(others, duration, moment)
            return min(start, use.start), moment, moved if start < use.start else []
        if not ends and moment - end <= _slack(message):
            end = moment
        return use.start, end if ends else max(end, use.last_seen), []

    def _place(self, others: Sequence[Use], message: Message) -> tuple[float, float, list[Use]]:
        """Return start and end of a use that was not known, and uses that give way."""
        duration, moment = float(message.duration), message.moment
        floor = max((end_of(use) for use in others), default=moment)
        if message.exact:
            start, end = gap(others, moment - duration, moment)
            return start, end, []
        if moment < floor - SET_BACK_S:
            return floor, floor + duration, []
        start, moved = fit(others, duration, max(moment, floor))
        return start, max(moment, floor), moved

    def _end_unheard(self, now: float) -> tuple[Use, ...]:
        """End the open use, if any, when it was last heard of."""
        use = self.open
        if use is None:
            return ()
        seen = max(use.last_seen, now)
        return (replace(use, end=use.last_seen, last_seen=seen, ending=Ending.NEXT_START),)


def _slack(message: Message) -> float:
    """Return the seconds by which two clocks may disagree about a use's start."""
    return SLACK_S + DRIFT * message.duration


def _together(ended: Sequence[Use], moved: Sequence[Use]) -> list[Use]:
    """Return uses as they are after they ended and moved."""
    ids = {use.id for use in moved}
    return [*(use for use in ended if use.id not in ids), *moved]
