"""What can go wrong, by stable code: one taxonomy for the API, the command line and jobs."""

from collections.abc import Mapping
import errno
from typing import Any, ClassVar, Final

#: Facts are for people and programs to act on; long ones are cut before they are stored.
LONGEST_FACT: Final = 2_000


class ForgeError(Exception):
    """Something that a caller can be told: what happened, to what, and what to do.

    `code` is the class's own, or its family and what it is about (`not_found.job`).
    """

    family: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, about: str = "", **facts: Any) -> None:
        """Keep what is told; `about` is the second half of the code."""
        super().__init__(message)
        self.message = message
        self.code = f"{self.family}.{about}" if about else self.family
        self.facts = facts

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored with a job and sent over the API."""
        return {"code": self.code, "message": self.message, "facts": short(self.facts)}


class Invalid(ForgeError):
    """What was asked is not well-formed; nothing was changed."""

    family = "validation"
    status = 422


class Unsupported(Invalid):
    """Well-formed, but of releases or boards that there are not; OpenWrt's own status for it."""

    status = 400


class Unauthorized(ForgeError):
    """No token, or a wrong one."""

    family = "unauthorized"
    status = 401


class Forbidden(ForgeError):
    """This door is not for this caller."""

    family = "forbidden"
    status = 403


class NotFound(ForgeError):
    """It is not there; `about` names the kind of thing."""

    family = "not_found"
    status = 404


class MethodNotAllowed(ForgeError):
    """The address exists, but not with this method."""

    family = "method_not_allowed"
    status = 405


class Conflict(ForgeError):
    """It contradicts what is there already."""

    family = "conflict"
    status = 409


class Precondition(ForgeError):
    """It could be done, but not as things stand now."""

    family = "precondition"
    status = 412


class TooLarge(ForgeError):
    """A request's body is larger than is taken."""

    family = "too_large"
    status = 413


class Overloaded(ForgeError):
    """Too much at once; the same request may succeed later."""

    family = "overloaded"
    status = 429


class Busy(Overloaded):
    """Too much waits; the status that OpenWrt's own build server has for it."""

    status = 529


class Upstream(ForgeError):
    """A server that the Forge depends on failed or refused."""

    family = "upstream"
    status = 502


class UpstreamTimeout(Upstream):
    """A server that the Forge depends on did not answer in time: `upstream.timeout`."""

    status = 504

    def __init__(self, message: str, **facts: Any) -> None:
        """Keep what is told."""
        super().__init__(message, about="timeout", **facts)


class Integrity(ForgeError):
    """What was received is not what was published."""

    family = "integrity"
    status = 502


class Unavailable(ForgeError):
    """A part that the Forge itself stands on (its database, its disk) is away."""

    family = "unavailable"
    status = 503


class JobError(ForgeError):
    """A job ended without its result: `job.timeout`, `job.memory`, `job.disk`, …."""

    family = "job"


class BuildError(ForgeError):
    """A build failed for a reason with a name."""

    family = "build"


class FlashError(ForgeError):
    """Writing a card failed."""

    family = "flash"


class Cancelled(ForgeError):
    """Somebody ended the job."""

    family = "cancelled"
    status = 409


def short(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with long texts cut, so that an error never fills a disk."""
    return {
        name: value[:LONGEST_FACT] + "…"
        if isinstance(value, str) and len(value) > LONGEST_FACT
        else value
        for name, value in facts.items()
    }


def is_full(error: BaseException) -> bool:
    """Tell whether the system says that a disk is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
