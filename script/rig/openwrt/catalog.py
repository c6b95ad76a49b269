"""The packages that the feeds offer: a small router's, and some that make trouble on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
import hashlib
from typing import Final

from rig.openwrt.releases import Release, Target

NOISE_LINES: Final = 60_000
HUGE_BYTES: Final = 3 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package, before it is packed."""

    name: str
    feed: str = "base"
    version: str = "1.0"
    depends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    abi: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    #: The service that it brings, by the place at which it starts.
    service: tuple[int, str] | None = None
    script: str | None = None
    architecture: str = ""
    size: int = 0


def packages(release: Release, target: Target) -> Iterator[Package]:
    """Return every package of a release, for one target."""
    for package in (*_base(release), *_modules(release, target), *EXTRA, *TROUBLE):
        yield _finished(package, release, target)


def kernel_version(release: Release, target: Target) -> str:
    """Return the version of the package `kernel`, which names what modules must fit."""
    if release.kmods:
        return f"{release.kernel}~{target.vermagic(release)}-r1"
    return f"{release.kernel}-1-{target.vermagic(release)}"


def _finished(package: Package, release: Release, target: Target) -> Package:
    """Give a package its files and a version in the release's style."""
    version = package.version
    if package.feed not in ("local", "kmods", "core"):
        version += f"-r{1 + release.epoch // 86400 % 9}" if release.kmods else "-1"
    files = dict(package.files)
    if package.name == "base-files":
        files |= _base_files(release, target)
    if package.service is not None:
        start, name = package.service
        files[f"etc/init.d/{name}"] = (
            f"#!/bin/sh /etc/rc.common\n# {package.name}\nSTART={start}\nUSE_PROCD=1\n"
        ).encode()
    if not files:
        files[f"usr/share/{package.name}/about"] = f"{package.name} {version}\n".encode()
    if package.size:
        files[f"usr/share/{package.name}/data"] = incompressible(package.size)
    return replace(package, version=version, files=files, architecture=target.arch)


def _base_files(release: Release, target: Target) -> dict[str, bytes]:
    said = (
        f'NAME="OpenWrt"\nVERSION="{release.version}"\nID="openwrt"\n'
        f'BUILD_ID="{release.revision}"\nOPENWRT_BOARD="{target.id}"\n'
        f'OPENWRT_ARCH="{target.arch}"\n'
    )
    return {
        "etc/openwrt_release": (
            f"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{release.version}'\n"
            f"DISTRIB_REVISION='{release.revision}'\nDISTRIB_TARGET='{target.id}'\n"
        ).encode(),
        "etc/openwrt_version": f"{release.revision}\n".encode(),
        "usr/lib/os-release": said.encode(),
        "etc/banner": f" OpenWrt {release.version}, {release.revision}\n".encode(),
        "etc/passwd": b"root:x:0:0:root:/root:/bin/ash\n",
        "etc/config/system": b"config system\n\toption hostname 'OpenWrt'\n",
        "etc/rc.common": b"#!/bin/sh\n# Runs what a service of init.d says.\n",
        "sbin/init": b"#!/bin/sh\n",
    }


def _base(release: Release) -> Iterator[Package]:
    """Return the packages that every image is made of."""
    manager = "apk-mbedtls" if release.manager == "apk" else "opkg"
    yield Package(name="base-files", feed="local", version=release.revision.lstrip("r"))
    yield Package(name="libc", feed="local", version="1.2.5-r4" if release.kmods else "1.2.4-4")
    yield Package(
        name=manager,
        depends=("libc",),
        files={f"bin/{manager.removesuffix('-mbedtls')}": b"\x7fELF"},
    )
    yield Package(name="busybox", depends=("libc",), files={"bin/busybox": b"\x7fELF busybox\n"})
    yield Package(name="ca-bundle", files={"etc/ssl/certs/ca-certificates.crt": b"# none\n"})
    yield Package(name="libgcc1", depends=("libc",))
    yield Package(name="libubox20240329", abi="20240329", depends=("libc",))
    yield Package(name="libuci20250120", abi="20250120", depends=("libc", "libubox20240329"))
    yield Package(name="uci", depends=("libuci20250120",), files={"sbin/uci": b"\x7fELF"})
    yield Package(name="ubus", depends=("libubox20240329",), files={"bin/ubus": b"\x7fELF"})
    yield Package(name="procd", depends=("ubus",), files={"sbin/procd": b"\x7fELF"})
    yield Package(name="logd", depends=("ubus",), service=(12, "log"))
    yield Package(name="fstools", depends=("ubus",), service=(40, "fstab"))
    yield Package(name="netifd", depends=("libuci20250120", "ubus"), service=(20, "network"))
    yield Package(name="mtd", depends=("libubox20240329",))
    yield Package(name="urngd", depends=("libubox20240329",), service=(0, "urngd"))
    yield Package(name="swconfig", depends=("libuci20250120",))
    yield Package(name="uboot-envtools", depends=("libc",))
    yield Package(name="dropbear", depends=("libc",), service=(19, "dropbear"))
    yield Package(name="firewall4", depends=("nftables-json",), service=(19, "firewall"))
    yield Package(name="nftables-json", depends=("libc", "kmod-nft-core"))
    yield Package(
        name="dnsmasq",
        depends=("libubox20240329",),
        service=(18, "dnsmasq"),
        files={"usr/sbin/dnsmasq": b"\x7fELF dnsmasq\n"},
    )
    yield Package(
        name="dnsmasq-full",
        depends=("libubox20240329",),
        conflicts=("dnsmasq",),
        service=(18, "dnsmasq"),
        files={"usr/sbin/dnsmasq": b"\x7fELF dnsmasq-full\n"},
    )
    for name in ("wpad-basic-mbedtls", "wpad-mbedtls"):
        # They do not say so, yet they bring the same file.
        yield Package(name=name, depends=("ubus",), files={"usr/sbin/wpad": name.encode()})


def _modules(release: Release, target: Target) -> Iterator[Package]:
    """Return the kernel and its modules, which fit no other."""
    version = kernel_version(release, target)
    feed = "kmods" if release.kmods else "core"
    yield Package(name="kernel", feed="local", version=version)
    for name, needs in (
        ("ath9k", ()),
        ("gpio-button-hotplug", ()),
        ("nft-core", ()),
        ("usb-core", ()),
        ("usb-storage", ("kmod-usb-core",)),
        ("wireguard", ()),
    ):
        yield Package(
            name=f"kmod-{name}",
            feed=feed,
            version=f"{release.kernel}-r1" if release.kmods else f"{release.kernel}-1",
            depends=(f"kernel (= {version})", *needs),
            files={f"lib/modules/{release.kernel}/{name}.ko": f"\x7fELF {name} {version}".encode()},
        )


#: What people add.
EXTRA: Final = (
    Package(name="htop", feed="packages", depends=("libncurses6",)),
    Package(name="libncurses6", abi="6", depends=("libc",)),
    Package(name="nano", feed="packages", depends=("libncurses6",)),
    Package(name="tcpdump", depends=("libpcap1",)),
    Package(name="libpcap1", abi="1", depends=("libc",)),
    Package(name="libstdc++6", abi="6", depends=("libc",)),
    Package(name="curl", feed="packages", depends=("libcurl4", "ca-bundle")),
    Package(name="libcurl4", abi="4", feed="packages", depends=("libc",)),
    Package(name="block-mount", depends=("fstools",)),
    Package(name="wireguard-tools", depends=("kmod-wireguard",)),
    Package(name="uhttpd", depends=("libubox20240329",), service=(50, "uhttpd")),
    Package(name="rpcd", depends=("ubus", "uci"), service=(12, "rpcd")),
    Package(
        name="luci", feed="luci", depends=("luci-light", "luci-app-firewall", "luci-proto-ppp")
    ),
    Package(name="luci-light", feed="luci", depends=("luci-base", "uhttpd")),
    Package(name="luci-base", feed="luci", depends=("rpcd",)),
    Package(name="luci-app-firewall", feed="luci", depends=("luci-base", "firewall4")),
    Package(name="luci-proto-ppp", feed="luci", depends=("luci-base",)),
    Package(name="luci-ssl", feed="luci", depends=("luci-light", "px5g-mbedtls")),
    Package(name="luci-i18n-base-it", feed="luci", depends=("luci-base",)),
    Package(name="px5g-mbedtls", depends=("libc",)),
    # Takes a second for each line of the image's own /etc/adblock/lists: a build to watch.
    Package(
        name="adblock-lists",
        feed="packages",
        script="#!/bin/sh\n"
        'lists="$IPKG_INSTROOT/etc/adblock/lists"\n[ -f "$lists" ] || exit 0\n'
        'total="$(wc -l <"$lists")"; number=0\n'
        "while read -r list; do\n"
        '\tnumber=$((number + 1))\n\techo "adblock-lists: ($number/$total) $list"\n\tsleep 1\n'
        '\techo "$list" >>"$IPKG_INSTROOT/usr/share/adblock-lists/lists"\n'
        'done <"$lists"\n',
    ),
)

_LATE = 'late="$(cat "$IPKG_INSTROOT/etc/fault/late" 2>/dev/null || echo "$TOPDIR/tmp/late")"\n'

#: What makes trouble: each by being asked for, as a person would ask for any package.
TROUBLE: Final = (
    Package(name="fault-huge", feed="packages", size=HUGE_BYTES),
    # A step that does not end, and a grandchild that writes a file after five seconds: where,
    # the image's own /etc/fault/late may say.
    Package(
        name="fault-sleep",
        feed="packages",
        script=f'#!/bin/sh\n{_LATE}(sleep 5; echo late >"$late") &\necho sleeping\nsleep 600\n',
    ),
    # The same, but the grandchild has left the session.
    Package(
        name="fault-escape",
        feed="packages",
        script=f"#!/bin/sh\n{_LATE}export late\n"
        "setsid sh -c 'sleep 5; echo late >\"$late\"' &\necho sleeping\nsleep 600\n",
    ),
    # Two seconds, or until there is the file that the image's own /etc/fault/until names.
    Package(
        name="fault-pause",
        feed="packages",
        script="#!/bin/sh\n"
        'until="$(cat "$IPKG_INSTROOT/etc/fault/until" 2>/dev/null)"\n'
        'echo pausing\n[ -n "$until" ] || exec sleep 2\n'
        'for _ in $(seq 600); do [ ! -e "$until" ] || exit 0; sleep 0.1; done\nexit 1\n',
    ),
    Package(
        name="fault-noise",
        feed="packages",
        script="#!/bin/sh\n"
        f"awk 'BEGIN {{ for (i = 0; i < {NOISE_LINES}; i++)"
        ' printf "%d%% of much noise, and more of it behind a lone return\\r", i;'
        f' for (i = 0; i < {NOISE_LINES}; i++) print "line " i " of much noise, for a log" }}\'\n',
    ),
    Package(
        name="fault-memory",
        feed="packages",
        script="#!/bin/sh\necho allocating\n"
        "exec python3 -c 'import time; kept = bytearray(1 << 30);"
        ' kept[::4096] = b"x" * (len(kept) // 4096); time.sleep(600)\'\n',
    ),
    Package(
        name="fault-disk",
        feed="packages",
        script="#!/bin/sh\n"
        'echo filling\nhead -c 1073741824 /dev/zero >"$TOPDIR/tmp/fill"\nsleep 600\n',
    ),
    Package(
        name="fault-script", feed="packages", script="#!/bin/sh\necho cannot go on >&2\nexit 3\n"
    ),
    # The server refuses its file the first time.
    Package(name="fault-flaky", feed="packages"),
    Package(name="fault-needy", feed="packages", depends=("no-such-library",)),
    Package(name="fault-clash-a", feed="packages", files={"usr/share/clash": b"a\n"}),
    Package(name="fault-clash-b", feed="packages", files={"usr/share/clash": b"b\n"}),
    Package(name="conflict-x", feed="packages"),
    Package(name="conflict-y", feed="packages", conflicts=("conflict-x",)),
)


def incompressible(size: int) -> bytes:
    """Return bytes that no tool makes smaller, always the same ones."""
    return b"".join(
        hashlib.sha512(number.to_bytes(8, "big")).digest() for number in range(size // 64)
    )
