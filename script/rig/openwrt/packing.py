"""Pack packages into files, and files into the lists of a feed."""

from collections.abc import Iterable
import gzip
import hashlib
import io
import json
from pathlib import Path
import stat
import tarfile
from typing import Final

from rig.openwrt.catalog import Package
from rig.openwrt.keys import Keys
from rig.openwrt.releases import Release

#: How the fixture's `packages.adb` begins; apk's own is a format of its own.
ADB_MAGIC: Final = b"ADBf"


def file_name(package: Package, release: Release) -> str:
    """Return how the file of a package is called."""
    if release.manager == "apk":
        return f"{package.name}-{package.version}.apk"
    return f"{package.name}_{package.version}_{package.architecture}.ipk"


def control(package: Package, release: Release) -> str:
    """Return what a package says of itself."""
    depends = ", ".join(package.depends)
    if release.manager == "apk":
        depends = depends.replace(" (= ", "=").replace(")", "")
    fields = {
        "Package": package.name,
        "Version": package.version,
        "Depends": depends,
        "Conflicts": ", ".join(package.conflicts),
        "ABIVersion": package.abi,
        "License": "MIT",
        "Section": "base",
        "Architecture": package.architecture,
        "Installed-Size": str(sum(map(len, package.files.values()))),
        "Description": f"{package.name}, as small as it can be",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def pack(package: Package, release: Release) -> bytes:
    """Return the file of a package: archives in an archive, as opkg's are."""
    described = {"./control": (control(package, release).encode(), 0o644)}
    if package.script is not None:
        described["./postinst"] = (package.script.encode(), 0o755)
    data = {f"./{path}": (content, _mode(path)) for path, content in package.files.items()}
    return _tar_gz(
        {
            "./debian-binary": (b"2.0\n", 0o644),
            "./data.tar.gz": (_tar_gz(data, release.epoch), 0o644),
            "./control.tar.gz": (_tar_gz(described, release.epoch), 0o644),
        },
        release.epoch,
    )


def write_feed(
    folder: Path,
    packages: Iterable[Package],
    packed: dict[str, bytes],
    release: Release,
    keys: Keys,
) -> None:
    """Write packages and their lists into a folder, signed."""
    folder.mkdir(parents=True, exist_ok=True)
    paragraphs, names = [], {}
    for package in sorted(packages, key=lambda one: one.name):
        name, data = file_name(package, release), packed[package.name]
        (folder / name).write_bytes(data)
        paragraphs.append(
            f"{control(package, release)}Filename: {name}\nSize: {len(data)}\n"
            f"SHA256sum: {hashlib.sha256(data).hexdigest()}\n"
        )
        names[package.name] = package
    listed = "\n".join(paragraphs).encode()
    packed_list = gzip.compress(listed, mtime=0)
    if release.manager == "apk":
        signature = keys.sign_ec(packed_list)
        (folder / "packages.adb").write_bytes(
            ADB_MAGIC + len(signature).to_bytes(4, "little") + signature + packed_list
        )
    else:
        (folder / "Packages").write_bytes(listed)
        (folder / "Packages.gz").write_bytes(packed_list)
        (folder / "Packages.sig").write_bytes(keys.sign_usign(listed))
    (folder / "index.json").write_text(json.dumps(_index(names, release)), "utf-8")


def _index(packages: dict[str, Package], release: Release) -> dict[str, object]:
    """Return index.json: the first version names packages with their ABI, the second without."""
    architecture = next((one.architecture for one in packages.values()), "all")
    if not release.kmods:
        versions = {name: one.version for name, one in packages.items()}
        return {"architecture": architecture, "packages": versions}
    plain = {name.removesuffix(one.abi): one.version for name, one in packages.items()}
    return {"version": 2, "architecture": architecture, "packages": plain}


def _mode(path: str) -> int:
    programs = ("bin/", "sbin/", "usr/bin/", "usr/sbin/", "etc/init.d/")
    return 0o755 if path.startswith(programs) or path == "etc/rc.common" else 0o644


def _tar_gz(files: dict[str, tuple[bytes, int]], epoch: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        folders = {str(parent) for name in files for parent in Path(name).parents} - {"."}
        for name in sorted(folders):
            folder = tarfile.TarInfo(f"./{name}")
            folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, epoch
            tar.addfile(folder)
        for name, (content, mode) in files.items():
            file = tarfile.TarInfo(name)
            file.size, file.mode, file.mtime = len(content), stat.S_IFREG | mode, epoch
            tar.addfile(file, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), compresslevel=1, mtime=0)
