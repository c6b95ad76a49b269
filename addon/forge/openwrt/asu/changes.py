"""Packages that were renamed, left out or split off between releases, and who learns of it.

Revisions, and the moments at which branches left development, are those that OpenWrt's server
publishes as `package_changes` and `branch_off_rev` (https://sysupgrade.openwrt.org/json/v1/overview.json);
what boards need besides is what it adds to requests (https://github.com/openwrt/asu,
`asu/package_changes.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Final

SNAPSHOT: Final = "SNAPSHOT"
_REVISION: Final = re.compile(r"r([0-9]+)-")
_NUMBERED: Final = re.compile(r"([0-9]+)\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class Change:
    """From a revision on a package has another name, or is gone."""

    source: str
    target: str | None
    revision: int
    #: It must go, whether somebody wanted it or not.
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Addition:
    """What was in an image of itself, and is a package of its own in a branch."""

    branch: str
    target: str
    packages: tuple[str, ...]
    #: No boards: all of the target.
    boards: frozenset[str] = frozenset()


CHANGES: Final = (
    Change("firewall", "firewall4", 18611),
    Change("kmod-nft-nat6", None, 20282, mandatory=True),
    Change("libustream-wolfssl", "libustream-mbedtls", 21994),
    Change("px5g-wolfssl", "px5g-mbedtls", 21994),
    Change("wpad-basic-wolfssl", "wpad-basic-mbedtls", 21994),
    Change("luci-app-diag-core", None, 25984, mandatory=True),
    Change("auc", "owut", 26792),
    Change("luci-app-opkg", "luci-app-package-manager", 27897),
    Change("opkg", "apk-mbedtls", 28056),
)
#: The revision at which a branch left development: what changed later is not in it.
BRANCHED: Final[Mapping[str, int]] = {
    "21.02": 15812,
    "22.03": 19160,
    "23.05": 23069,
    "24.10": 27990,
    "25.12": 32295,
}
#: Gone from development, without a revision that is told.
_GONE: Final = {SNAPSHOT: frozenset({"kmod-nf-conntrack6", "kmod-lib-crc32c"})}
#: From 24.10 on; the English texts are in the programs themselves.
_LANGUAGES: Final = {"luci-i18n-opkg-": "luci-i18n-package-manager-"}
_LANGUAGES_SINCE: Final = (24, 10)
_ENGLISH: Final = re.compile(r"luci-i18n-.+-en")

_PHY11G: Final = ("xrx200-rev1.1-phy11g-firmware", "xrx200-rev1.2-phy11g-firmware")
_PHY22F: Final = ("xrx200-rev1.1-phy22f-firmware", "xrx200-rev1.2-phy22f-firmware")


def _of(branch: str, target: str, packages: Iterable[str], boards: str = "") -> Addition:
    return Addition(branch, target, tuple(packages), frozenset(boards.split()))


ADDITIONS: Final = (
    _of("23.05", "mediatek/mt7622", ("kmod-mt7622-firmware",)),
    _of(
        "23.05",
        "ath79/generic",
        ("kmod-switch-rtl8366s",),
        "buffalo_wzr-hp-g300nh-s dlink_dir-825-b1 netgear_wndr3700 netgear_wndr3700-v2"
        " netgear_wndr3800 netgear_wndr3800ch netgear_wndrmac-v1 netgear_wndrmac-v2"
        " trendnet_tew-673gru",
    ),
    _of("23.05", "ath79/generic", ("kmod-switch-rtl8366rb",), "buffalo_wzr-hp-g300nh-rb"),
    *(
        _of("24.10", f"mediatek/{subtarget}", ("fitblk",))
        for subtarget in ("filogic", "mt7622", "mt7623")
    ),
    _of("24.10", "ath79/generic", ("ipq-wifi-tplink_archer-c6-v2",), "tplink_archer-c6-v2"),
    _of(
        "25.12",
        "kirkwood/generic",
        ("kmod-dsa-mv88e6xxx",),
        "checkpoint_l-50 endian_4i-edge-200 linksys_e4200-v2 linksys_ea3500 linksys_ea4500",
    ),
    _of(
        "25.12",
        "mvebu/cortexa9",
        ("kmod-dsa-mv88e6xxx",),
        "cznic_turris-omnia fortinet_fg-30e fortinet_fwf-30e fortinet_fg-50e fortinet_fg-51e"
        " fortinet_fg-52e fortinet_fwf-50e-2r fortinet_fwf-51e iij_sa-w2 linksys_wrt1200ac"
        " linksys_wrt1900acs linksys_wrt1900ac-v1 linksys_wrt1900ac-v2 linksys_wrt3200acm"
        " linksys_wrt32x marvell_a370-rd",
    ),
    _of(
        "25.12",
        "mvebu/cortexa53",
        ("kmod-dsa-mv88e6xxx",),
        "glinet_gl-mv1000 globalscale_espressobin globalscale_espressobin-emmc"
        " globalscale_espressobin-ultra globalscale_espressobin-v7"
        " globalscale_espressobin-v7-emmc methode_udpu",
    ),
    _of(
        "25.12",
        "mvebu/cortexa72",
        ("kmod-dsa-mv88e6xxx",),
        "checkpoint_v-80 checkpoint_v-81 globalscale_mochabin mikrotik_rb5009"
        " solidrun_clearfog-pro",
    ),
    _of("25.12", "lantiq/xrx200", ("kmod-dsa-gswip",)),
    _of(
        "25.12",
        "lantiq/xrx200",
        _PHY22F,
        "arcadyan_arv7519rw22 arcadyan_vgv7510kw22-brn arcadyan_vgv7510kw22-nor avm_fritz7412"
        " avm_fritz7430 buffalo_wbmr-300hpd",
    ),
    _of(
        "25.12",
        "lantiq/xrx200",
        _PHY11G,
        "tplink_vr200 tplink_vr200v arcadyan_vgv7519-brn arcadyan_vgv7519-nor"
        " arcadyan_vrv9510kwac23 avm_fritz3370-rev2-hynix avm_fritz3370-rev2-micron avm_fritz3390"
        " avm_fritz3490 avm_fritz3490-micron avm_fritz5490 avm_fritz5490-micron avm_fritz7360sl"
        " avm_fritz7360-v2 avm_fritz7362sl avm_fritz7490 avm_fritz7490-micron bt_homehub-v5a"
        " lantiq_easy80920-nand lantiq_easy80920-nor zyxel_p-2812hnu-f1 zyxel_p-2812hnu-f3",
    ),
    _of("25.12", "lantiq/xrx200_legacy", ("kmod-dsa-gswip",)),
    _of("25.12", "lantiq/xrx200_legacy", _PHY22F, "alphanetworks_asl56026 netgear_dm200"),
    _of("25.12", "lantiq/xrx200_legacy", _PHY11G, "tplink_tdw8970 tplink_tdw8980 arcadyan_vg3503j"),
    _of("25.12", "bcm53xx/generic", ("kmod-hci-uart",), "meraki_mr32"),
    _of("25.12", "ipq40xx/generic", ("kmod-hci-uart",), "linksys_whw03 linksys_whw03v2"),
    _of(
        "25.12",
        "qualcommax/ipq807x",
        ("kmod-hci-uart",),
        "linksys_mx4200v1 linksys_mx8500 zyxel_nbg7815",
    ),
    _of("25.12", "ath79/mikrotik", ("kmod-ag71xx-legacy",)),
)


def branch_of(release: str) -> str:
    """Return the branch of a release: `24.10` of `24.10.4`, `SNAPSHOT` of development."""
    found = _NUMBERED.match(release)
    return found[0] if found else SNAPSHOT


def changes_until(branch: str) -> list[Change]:
    """Return what had changed when a branch left development; everything, where it did not."""
    until = BRANCHED.get(branch)
    return [one for one in CHANGES if until is None or one.revision <= until]


def adapted(
    packages: Iterable[str], *, release: str, revision: str, target: str, board: str
) -> list[str]:
    """Return the packages that a device of another release wants, as they are called in this one.

    A word that begins with - is left as it is: what is not wanted may be called as before.
    """
    branch = branch_of(release)
    found = _REVISION.match(revision)
    until = int(found[1]) if found else None
    changed = {
        one.source: one.target
        for one in changes_until(branch)
        if until is None or one.revision <= until
    }
    gone = _GONE.get(branch, frozenset())
    wanted = []
    for package in packages:
        name = _spoken(changed.get(package, package), branch)
        if name is not None and name not in gone:
            wanted.append(name)
    for one in ADDITIONS:
        if (one.branch, one.target) == (branch, target) and (not one.boards or board in one.boards):
            wanted += one.packages
    return list(dict.fromkeys(wanted))


def _spoken(package: str | None, branch: str) -> str | None:
    """Return a package of translations as a branch calls it."""
    if package is None or _ENGLISH.fullmatch(package):
        return None
    found = _NUMBERED.match(branch)
    if found and (int(found[1]), int(found[2])) < _LANGUAGES_SINCE:
        return package
    for old, new in _LANGUAGES.items():
        if package.startswith(old):
            return new + package.removeprefix(old)
    return package
