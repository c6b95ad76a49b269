"""Write rows to a file that a spreadsheet opens."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
import contextlib
import csv
from datetime import datetime
import errno
import os
from pathlib import Path
import re
import tempfile
from typing import Final, Protocol, cast

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..ledger.exporting import Cell, Row

#: As many rows as a spreadsheet has, one of them with the names of the columns.
MOST_ROWS: Final = 1_048_576
_MOMENTS: Final = frozenset({"at", "start", "end", "first", "last"})
#: What spreadsheets take for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: What a person can mend where a file cannot be written.
UNWRITTEN: Final = {
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "forbidden",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EISDIR: "no_folder",
    errno.EEXIST: "no_folder",
    errno.ENOTDIR: "no_folder",
}

type _Shown = Cell | datetime


class Sheet(Protocol):
    """Take rows, then end up in a file. Blocks."""

    def append(self, rows: Iterable[Iterable[_Shown]]) -> None:
        """Take rows in."""

    def close(self) -> None:
        """Write what is not written yet."""


class _Csv:
    def __init__(self, path: Path) -> None:
        # With its mark, so that spreadsheets read accents.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def append(self, rows: Iterable[Iterable[_Shown]]) -> None:
        self._writer.writerows([_harmless(cell) for cell in row] for row in rows)

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    def __init__(self, path: Path) -> None:
        # It takes a while to load, and few ask for it.
        from openpyxl import Workbook  # noqa: PLC0415

        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()
        self._rows = 0

    def append(self, rows: Iterable[Iterable[_Shown]]) -> None:
        for row in rows:
            self._rows += 1
            if self._rows > MOST_ROWS:
                raise ServiceValidationError(
                    translation_domain=DOMAIN, translation_key="too_many_rows"
                )
            self._sheet.append([_harmless(cell) for cell in row])

    def close(self) -> None:
        self._book.save(self._path)


SHEETS: Final[dict[str, Callable[[Path], Sheet]]] = {"csv": _Csv, "xlsx": _Xlsx}


def _harmless(cell: _Shown) -> _Shown:
    """Return a cell that every spreadsheet can hold, and none takes for a formula."""
    if not isinstance(cell, str):
        return cell
    cell = _CONTROL.sub("", cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


async def write(
    hass: HomeAssistant, path: str, columns: tuple[str, ...], parts: AsyncIterator[list[Row]]
) -> tuple[str, int]:
    """Write rows to a file in place of the one before; return where it is, and how many.

    Moments are shown in local time. The file appears when it is whole.
    """
    target = Path(path)
    moments = [name in _MOMENTS for name in columns]
    count = 0
    try:
        draft = await hass.async_add_executor_job(_draft, target)
        try:
            sheet = await hass.async_add_executor_job(SHEETS[target.suffix[1:]], draft)
            try:
                await hass.async_add_executor_job(sheet.append, [columns])
                # Given up in the middle, it lets go of its connection at once.
                async with contextlib.aclosing(cast("AsyncGenerator[list[Row]]", parts)):
                    async for part in parts:
                        count += len(part)
                        await hass.async_add_executor_job(_append, sheet, moments, part)
            finally:
                await hass.async_add_executor_job(sheet.close)
            await hass.async_add_executor_job(draft.replace, target)
        finally:
            await hass.async_add_executor_job(_clear, draft)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"cannot_write_{UNWRITTEN.get(error.errno or 0, 'failed')}",
            translation_placeholders={"path": path},
        ) from error
    return path, count


def _draft(target: Path) -> Path:
    """Make a file that only Home Assistant's user reads: names and cards will be in it."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=target.suffix)
    os.close(handle)
    return Path(name)


def _clear(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink(missing_ok=True)


def _append(sheet: Sheet, moments: list[bool], part: list[Row]) -> None:
    sheet.append(
        [_local(cell) if moment else cell for moment, cell in zip(moments, row, strict=True)]
        for row in part
    )


def _local(cell: Cell) -> _Shown:
    """Return a moment by the local clock, as spreadsheets know them: without a zone."""
    if not isinstance(cell, int | float):
        return cell
    local = dt_util.as_local(dt_util.utc_from_timestamp(cell))
    return local.replace(tzinfo=None, microsecond=0)
