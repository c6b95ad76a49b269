"""What tools return: what was asked for, or an error with a stable code, never both."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from forge.errors import ForgeError

#: No `type` statement: the SDK looks for a dict to tell its fields as they are.
Result = dict[str, Any]


def told[**P](tool: Callable[P, Result]) -> Callable[P, Result]:
    """Have a tool tell of its errors in its result: `success`, and `error` where it is false."""

    @wraps(tool)
    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return {"success": True, **tool(*args, **kwargs)}
        except ForgeError as error:
            return {"success": False, "error": error.as_dict()}

    return run
