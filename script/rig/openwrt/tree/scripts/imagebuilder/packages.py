"""What a package says of itself, and how it is read from indexes and from its own file."""

from collections.abc import Iterator
from dataclasses import dataclass
import io
from pathlib import Path
import re
import tarfile

RELATION = re.compile(r"^([^\s(<>=]+)\s*\(?\s*(?:(>=|=)\s*([^)\s]+))?\)?$")


@dataclass(frozen=True)
class Need:
    """A package that another one depends on, perhaps in one version only."""

    name: str
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> "Need":
        """Read `name`, `name (= version)` or `name=version`; newer ones are always good."""
        matched = RELATION.match(text.strip())
        if matched is None:
            return cls(text.strip())
        name, relation, version = matched.groups()
        return cls(name, version if relation == "=" else "")

    def is_met_by(self, package: "Package") -> bool:
        """Tell whether that package will do."""
        return not self.version or self.version == package.version

    def __str__(self) -> str:
        """Say it as opkg does."""
        return f"{self.name} (= {self.version})" if self.version else self.name


@dataclass(frozen=True)
class Package:
    """A package as an index or its own control file describes it."""

    name: str
    version: str
    depends: tuple[Need, ...] = ()
    conflicts: tuple[str, ...] = ()
    abi: str = ""
    filename: str = ""
    sha256: str = ""
    source: str = ""

    @property
    def plain_name(self) -> str:
        """Return the name without its ABI version."""
        return self.name.removesuffix(self.abi) if self.abi else self.name


def parse_control(text: str, source: str = "") -> Package:
    """Read the fields of one package from Debian's kind of paragraph."""
    said = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return Package(
        name=said["Package"],
        version=said["Version"],
        depends=tuple(Need.parse(one) for one in _listed(said.get("Depends", ""))),
        conflicts=tuple(_listed(said.get("Conflicts", ""))),
        abi=said.get("ABIVersion", ""),
        filename=said.get("Filename", ""),
        sha256=said.get("SHA256sum", ""),
        source=source,
    )


def parse_index(text: str, source: str) -> Iterator[Package]:
    """Read the packages of an index; `source` is the folder or address beside which they lie."""
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield parse_control(paragraph, source)


def open_file(path: Path) -> tuple[str, str | None, tarfile.TarFile]:
    """Open an .ipk or .apk: its control text, its script after installing, its files."""
    with tarfile.open(path, "r:gz") as outer:
        control = _member(outer, "./control.tar.gz")
        data = _member(outer, "./data.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(control), mode="r:gz") as inner:
        text = _member(inner, "./control").decode()
        script = _member(inner, "./postinst").decode() if "./postinst" in inner.getnames() else None
    return text, script, tarfile.open(fileobj=io.BytesIO(data), mode="r:gz")


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(f"There is no {name}")
    return file.read()


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
