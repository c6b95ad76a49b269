"""A story told step by step: what was expected, what was seen, how long it took."""

import asyncio
from dataclasses import dataclass, field
import time
from typing import TYPE_CHECKING, Final

from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Awaitable

STEP_TIMEOUT_S: Final = 60
WIDTHS: Final = (37, 35, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One told step."""

    name: str
    expected: str
    seen: str
    seconds: float
    passed: bool

    def line(self) -> str:
        """Return the step as one row of the table."""
        cells = (self.name, self.expected, " ".join(self.seen.split()))
        row = "  ".join(_fit(cell, width) for cell, width in zip(cells, WIDTHS, strict=True))
        return f"{'ok  ' if self.passed else 'FAIL'}  {row}  {self.seconds:6.2f} s"


@dataclass(slots=True)
class Story:
    """Steps that are told in order; the first that fails ends the story."""

    steps: list[Step] = field(default_factory=list)

    def begin(self) -> None:
        """Print the table's head."""
        head = ("step", "expected", "seen")
        row = "  ".join(_fit(cell, width) for cell, width in zip(head, WIDTHS, strict=True))
        print(f"      {row}    time", flush=True)

    async def tell(
        self,
        name: str,
        expected: str,
        happening: Awaitable[str],
        *,
        timeout_s: float = STEP_TIMEOUT_S,
    ) -> None:
        """Let something happen and print what was seen; raise StoryError when it failed."""
        began = time.monotonic()
        passed = False
        try:
            seen = await asyncio.wait_for(happening, timeout_s)
            passed = True
        except TimeoutError:
            seen = f"nothing within {timeout_s:.0f} s"
        except (RigError, AssertionError) as error:
            seen = str(error) or type(error).__name__
        except Exception as error:  # noqa: BLE001  # whatever breaks a step is what was seen of it
            seen = f"{type(error).__name__}: {error}"
        step = Step(
            name=name,
            expected=expected,
            seen=seen,
            seconds=time.monotonic() - began,
            passed=passed,
        )
        self.steps.append(step)
        print(step.line(), flush=True)
        if not passed:
            raise StoryError(f"Step “{name}” failed.\nExpected: {expected}\nSeen: {seen}")


class StoryError(RigError):
    """A step of the story did not go as expected."""


def _fit(text: str, width: int) -> str:
    """Return a text of exactly that width."""
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
