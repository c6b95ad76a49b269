"""Make an Image Builder: the tree in `tree/`, told which release and target it is of."""

from compression import zstd
import gzip
import io
import json
import lzma
from pathlib import Path
import tarfile
from typing import Final

from rig.openwrt.catalog import incompressible, packages
from rig.openwrt.keys import Keys
from rig.openwrt.packing import control, file_name, pack
from rig.openwrt.releases import Release, Target

TREE: Final = Path(__file__).parent / "tree"
ROOTFS_MB: Final = 16
KERNEL_BYTES: Final = 256 << 10
EXECUTABLES: Final = ("staging_dir/host/bin/",)


def builder_name(release: Release, target: Target) -> str:
    """Return the name of the archive's one top folder."""
    version = "" if release.is_snapshot else f"{release.version}-"
    return f"openwrt-imagebuilder-{version}{target.board}-{target.subtarget}.Linux-x86_64"


def archive_name(release: Release, target: Target) -> str:
    """Return the name of the archive."""
    return f"{builder_name(release, target)}.{release.suffix}"


def default_packages(release: Release, target: Target) -> list[str]:
    """Return what is in every image of a target."""
    manager = "apk-mbedtls" if release.manager == "apk" else "opkg"
    return sorted({*target.packages, manager})


def feeds(release: Release, target: Target, url: str) -> dict[str, str]:
    """Return the addresses of a release's feeds, by name."""
    root = f"{url}/{release.folder}"
    here = f"{root}/targets/{target.id}"
    found = {"core": f"{here}/packages"}
    if release.kmods:
        found["kmods"] = f"{here}/kmods/{kmods_folder(release, target)}"
    return found | {
        name: f"{root}/packages/{target.arch}/{name}" for name in ("base", "packages", "luci")
    }


def kmods_folder(release: Release, target: Target) -> str:
    """Return the folder of kernel modules that fit this kernel alone."""
    return f"{release.kernel}-1-{target.vermagic(release)}"


def make_archive(release: Release, target: Target, url: str, keys: Keys) -> bytes:
    """Return the archive of an Image Builder whose feeds lie at an address."""
    top = builder_name(release, target)
    files = {
        path: content for path, content in _tree(target).items() if path not in _alien(release)
    }
    files |= _own(release, target, url, keys)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        folders = {parent for name in files for parent in Path(top, name).parents} - {Path()}
        for folder in sorted({*folders, Path(top, "packages"), Path(top, "keys")}):
            _add(tar, str(folder), release, kind=tarfile.DIRTYPE, mode=0o755)
        for name, content in sorted(files.items()):
            mode = 0o755 if name.startswith(EXECUTABLES) else 0o644
            _add(tar, f"{top}/{name}", release, content=content, mode=mode)
        # A real tree has both kinds of links among its programs.
        for name, goal in (("python3", "/usr/bin/python3"), ("opkg-lede", release.manager)):
            _add(
                tar, f"{top}/staging_dir/host/bin/{name}", release, kind=tarfile.SYMTYPE, goal=goal
            )
    return compress(packed.getvalue(), release)


def compress(tar: bytes, release: Release) -> bytes:
    """Compress a tar archive as a release's are."""
    if release.suffix == "tar.xz":
        return lzma.compress(tar, preset=1)
    return zstd.compress(tar)


def decompress(archive: bytes, release: Release) -> bytes:
    """Return the tar archive in an archive."""
    if release.suffix == "tar.xz":
        return lzma.decompress(archive)
    return zstd.decompress(archive)


def _tree(target: Target) -> dict[str, bytes]:
    """Return the files that all trees share."""
    found = {}
    for path in sorted(TREE.rglob("*")):
        name = str(path.relative_to(TREE))
        if path.is_file() and "__pycache__" not in name:
            place = name.replace("image/", f"target/linux/{target.board}/image/", 1)
            found[place if name.startswith("image/") else name] = path.read_bytes()
    return found


def _alien(release: Release) -> set[str]:
    """Return the files of the other package manager."""
    other = "opkg" if release.manager == "apk" else "apk"
    return {f"staging_dir/host/bin/{other}", f"scripts/imagebuilder/{other}.py"}


def _own(release: Release, target: Target, url: str, keys: Keys) -> dict[str, bytes]:
    """Return the files that are this tree's alone."""
    offered = list(packages(release, target))
    local = [package for package in offered if package.feed == "local"]
    addresses = feeds(release, target, url)
    files = {
        ".config": _config(release, target),
        ".targetinfo": _targetinfo(release, target),
        ".packageinfo": "\n".join(control(package, release) for package in offered),
        "include/version.mk": _version(release, target),
        f"target/linux/{target.board}/image/devices.json": _devices(target),
    }
    if release.manager == "apk":
        files["repositories"] = "".join(f"{one}/packages.adb\n" for one in addresses.values())
        files["keys/fixture.pem"] = keys.ec_public.read_text("ascii")
    else:
        lines = [f"src/gz openwrt_{name} {one}" for name, one in addresses.items()]
        lines += ["", "src imagebuilder file:packages", "option check_signature", ""]
        files["repositories.conf"] = "\n".join(lines)
        files[f"keys/{keys.usign_fingerprint}"] = keys.usign_public.read_text("ascii")
    kernel = (
        f"build_dir/target-{target.arch}_musl/linux-{target.board}_{target.subtarget}/kernel.gz"
    )
    return {
        **{name: text.encode() for name, text in files.items()},
        **{f"packages/{file_name(one, release)}": pack(one, release) for one in local},
        kernel: _kernel(release, target),
    }


def _kernel(release: Release, target: Target) -> bytes:
    """Return a kernel that starts nothing, but has the size and the look of one."""
    said = f"Linux version {release.kernel} ({target.id})\n".encode()
    return gzip.compress(said + incompressible(KERNEL_BYTES), compresslevel=1, mtime=0)


def _config(release: Release, target: Target) -> str:
    said = {
        "CONFIG_TARGET_BOARD": f'"{target.board}"',
        "CONFIG_TARGET_SUBTARGET": f'"{target.subtarget}"',
        "CONFIG_TARGET_ARCH_PACKAGES": f'"{target.arch}"',
        "CONFIG_TARGET_ROOTFS_SQUASHFS": "squashfs" in target.filesystems,
        "CONFIG_TARGET_ROOTFS_EXT4FS": "ext4" in target.filesystems,
        "CONFIG_TARGET_ROOTFS_PARTSIZE": str(ROOTFS_MB),
        "CONFIG_SIGNATURE_CHECK": True,
        "CONFIG_USE_APK": release.manager == "apk",
        "CONFIG_CHOOSES_ROOTFS_FILESYSTEM": release.chooses_filesystem,
        "CONFIG_NEEDS_DISTUTILS": release.needs_distutils,
    }
    lines = []
    for name, value in said.items():
        if value is False:
            lines.append(f"# {name} is not set\n")
        else:
            lines.append(f"{name}={'y' if value is True else value}\n")
    return "".join(lines)


def _version(release: Release, target: Target) -> str:
    yes = {True: "y", False: ""}
    said = {
        "VERSION_NUMBER": release.version,
        "REVISION": release.revision,
        "INFO_NAMES_ARCHITECTURE": yes[release.talkative],
        "OVERVIEW_NAMES_KERNEL": yes[release.talkative],
        "MANIFEST_HAS_DASHES": yes[release.manifest_dashes],
        "VERSION_IN_NAMES": yes[not release.is_snapshot],
    }
    return (
        "".join(f"export {name} := {value}\n" for name, value in said.items())
        + f"export SOURCE_DATE_EPOCH ?= {release.epoch}\n"
    )


def _targetinfo(release: Release, target: Target) -> str:
    lines = [
        f"Target: {target.id}",
        f"Target-Arch-Packages: {target.arch}",
        f"Linux-Version: {release.kernel}",
        f"Default-Packages: {' '.join(default_packages(release, target))}",
        "@@",
        "",
    ]
    for board in target.boards:
        lines += [
            f"Target-Profile: DEVICE_{board.id}",
            f"Target-Profile-Name: {board.title}",
            f"Target-Profile-Packages: {' '.join(board.packages)}",
            f"Target-Profile-hasImageMetadata: {int(board.has_metadata)}",
        ]
        if board.supported:
            lines.append(f"Target-Profile-SupportedDevices: {' '.join(board.supported)}")
        lines.append("@@")
    return "\n".join(lines) + "\n"


def _devices(target: Target) -> str:
    return json.dumps(
        {
            board.id: {
                "cpu": target.cpu,
                "images": board.images,
                "image_size": board.image_size,
                "titles": board.titles,
            }
            for board in target.boards
        }
    )


def _add(
    tar: tarfile.TarFile,
    name: str,
    release: Release,
    *,
    kind: bytes = tarfile.REGTYPE,
    content: bytes = b"",
    mode: int = 0o777,
    goal: str = "",
) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, mode, release.epoch
    member.size, member.linkname = len(content), goal
    tar.addfile(member, io.BytesIO(content))
