"""The forms that Home Assistant shows when something is set up, changed or repaired."""

from typing import TYPE_CHECKING, Any, Self

from rig.errors import RigError

if TYPE_CHECKING:
    from rig.hass_rest import Rest

CONFIG = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
SUBENTRIES = "/api/config/config_entries/subentries/flow"
REPAIRS = "/api/repairs/issues/fix"


class Flow:
    """A dialog in progress."""

    def __init__(self, rest: Rest, path: str, answer: dict[str, Any]) -> None:
        """Continue from the answer that the last request gave."""
        self._rest = rest
        self._path = path
        self.answer = answer

    @classmethod
    async def begin(cls, rest: Rest, path: str, body: dict[str, Any]) -> Self:
        """Open a dialog."""
        return cls(rest, path, await rest.post(path, body))

    @classmethod
    async def resume(cls, rest: Rest, flow_id: str) -> Self:
        """Continue a dialog that Home Assistant opened by itself, such as a discovery."""
        return cls(rest, CONFIG, await rest.get(f"{CONFIG}/{flow_id}"))

    @property
    def flow_id(self) -> str:
        """Return the dialog's id."""
        return str(self.answer["flow_id"])

    @property
    def type(self) -> str:
        """Return what is shown: form, menu, create_entry, abort, …."""
        return str(self.answer["type"])

    @property
    def step(self) -> str:
        """Return the id of the step that is shown."""
        return str(self.answer.get("step_id", ""))

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors that the form shows, by field."""
        return self.answer.get("errors") or {}

    @property
    def reason(self) -> str:
        """Return why the dialog was aborted."""
        return str(self.answer.get("reason", ""))

    def suggested(self) -> dict[str, Any]:
        """Return what the form that is shown is filled in with."""
        return {
            field["name"]: field["description"]["suggested_value"]
            for field in self.answer["data_schema"]
            if "suggested_value" in (field.get("description") or {})
        }

    async def submit(self, data: dict[str, Any] | None = None) -> Self:
        """Fill in the form that is shown and submit it."""
        self.answer = await self._rest.post(f"{self._path}/{self.flow_id}", data or {})
        return self

    async def choose(self, step: str) -> Self:
        """Choose an item of the menu that is shown."""
        return await self.submit({"next_step_id": step})

    async def cancel(self) -> None:
        """Close the dialog."""
        await self._rest.delete(f"{self._path}/{self.flow_id}")

    def entry_id(self) -> str:
        """Return the id of the entry that the dialog created; raise when it did not end so."""
        if self.type != "create_entry":
            raise RigError(
                f"The dialog ended in {self.type} {self.step or self.reason}: {self.errors or ''}"
            )
        return str(self.answer["result"]["entry_id"])
