"""What is published of an Image Builder: its archive, its hash, who signed for it."""

from dataclasses import dataclass
from typing import Final

from forge.errors import Integrity
from forge.jobs.context import Context
from forge.openwrt import sums
from forge.openwrt.fetch import Mirrors
from forge.openwrt.inputs import inputs_of
from forge.openwrt.place import Place
from forge.openwrt.signatures import Signature, Signed, check
from forge.settings import Settings

_MOST: Final = 8 << 20
_MOST_SIGNATURE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Published:
    """An archive as the server describes it."""

    archive: str
    sha256: str
    signature: Signature


def published(ctx: Context, mirrors: Mirrors, place: Place) -> Published:
    """Read what is published. Raise Integrity where it must not be used, Upstream."""
    listed = mirrors.read(f"{place.folder}/sha256sums", most=_MOST)
    signed = _signature(ctx, mirrors, place, listed)
    ctx.log(f"sha256sums: signature {signed}")
    _judge(ctx.settings, place, signed)
    archive, sha256 = sums.archive(sums.parse(listed.decode("utf-8", "replace")), place)
    return Published(archive, sha256, signed.worth)


def _signature(ctx: Context, mirrors: Mirrors, place: Place, listed: bytes) -> Signed:
    if ctx.settings.openwrt_signatures == "off":
        return Signed(Signature.UNCHECKED)
    asc, sig = (
        mirrors.read_if_there(f"{place.folder}/sha256sums.{kind}", most=_MOST_SIGNATURE)
        for kind in ("asc", "sig")
    )
    return check(listed, asc=asc, sig=sig, keys=inputs_of(ctx).trusted())


def _judge(settings: Settings, place: Place, signed: Signed) -> None:
    """Raise Integrity where the policy does not take a signature."""
    policy, signature = settings.openwrt_signatures, signed.worth
    if signature is Signature.BAD or (policy == "require" and signature is not Signature.VERIFIED):
        told = {
            Signature.BAD: "is wrong",
            Signature.UNSIGNED: "is missing",
            Signature.UNKNOWN_KEY: "is by a key that is not among yours",
        }[signature]
        raise Integrity(
            f"The signature of sha256sums of {place} {told}: nothing was downloaded. Add"
            " OpenWrt's keys with `forge keys add`, or set openwrt_signatures",
            about="signature_bad",
            signature=str(signature),
            keys=list(signed.by),
            policy=policy,
        )
