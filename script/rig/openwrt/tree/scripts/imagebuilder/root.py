"""The root that an image is made of: unpack packages into it, and remember whose files they are."""

import json
from pathlib import Path
from typing import Any

from .packages import Need, Package, open_file
from .places import folder


class ClashError(Exception):
    """Two packages bring the same file."""

    def __init__(self, package: Package, path: str, owner: str) -> None:
        """Keep whose file it already is."""
        super().__init__(path)
        self.package = package
        self.path = path
        self.owner = owner


class Root:
    """The root folder and the records of a package manager in it."""

    def __init__(self, records: str) -> None:
        """Open the root that make named; `records` is the package manager's folder in it."""
        self.folder = folder("TARGET_DIR")
        self.records = self.folder / records

    def installed(self) -> dict[str, Package]:
        """Return what is installed, by name."""
        return {
            said["name"]: Package(
                name=said["name"],
                version=said["version"],
                depends=tuple(Need.parse(one) for one in said["depends"]),
                conflicts=tuple(said["conflicts"]),
                abi=said["abi"],
            )
            for said in self._records()
        }

    def scripts(self) -> list[Path]:
        """Return the scripts that are to run when everything is in place."""
        return sorted(self.records.glob("*.postinst"))

    def install(self, package: Package, file: Path) -> None:
        """Unpack a package; raise ClashError, leaving the root as it was."""
        control, script, files = open_file(file)
        with files:
            names = [one.name.removeprefix("./") for one in files if not one.isdir()]
            for said in self._records():
                for clash in sorted(set(said["files"]) & set(names)):
                    raise ClashError(package, clash, said["name"])
            files.extractall(self.folder)
        self.records.mkdir(parents=True, exist_ok=True)
        record = {
            "name": package.name,
            "version": package.version,
            "depends": [str(need) for need in package.depends],
            "conflicts": list(package.conflicts),
            "abi": package.abi,
            "files": names,
        }
        (self.records / f"{package.name}.json").write_text(json.dumps(record), "utf-8")
        (self.records / f"{package.name}.control").write_text(control, "utf-8")
        if script is not None:
            (self.records / f"{package.name}.postinst").write_text(script, "utf-8")

    def _records(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text("utf-8")) for path in sorted(self.records.glob("*.json"))]
