"""Which of a Forge's refusals have sentences of their own, in the user's language."""

from collections.abc import Mapping
from typing import Any, Final

#: By the Forge's code: the facts that its sentence names.
SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "build.failed": (),
    "build.image_too_big": (),
    "build.no_artifacts": (),
    "build.packages_conflict": ("packages",),
    "build.packages_missing": ("packages",),
    "build.prerequisite": ("missing",),
    "build.revision_mismatch": ("actual", "expected"),
    "build.timeout": ("limit_s",),
    "build.versions_mismatch": (),
    "cancelled.job": (),
    "conflict.checksum": (),
    "conflict.exists": (),
    "conflict.idempotency": (),
    "conflict.in_use": (),
    "conflict.job_finished": (),
    "conflict.plan_used": (),
    "conflict.profile": ("profile_id",),
    "conflict.profile_id": (),
    "conflict.version": ("version",),
    "flash.hash_mismatch": (),
    "flash.io": (),
    "forbidden.ingress": (),
    "integrity.archive_unsafe": (),
    "integrity.checksum_mismatch": (),
    "integrity.checksum_missing": (),
    "integrity.image_damaged": ("name",),
    "integrity.signature_bad": (),
    "internal": (),
    "job.disk": (),
    "job.interrupted": (),
    "job.memory": (),
    "job.program": (),
    "job.timeout": (),
    "job.user": (),
    "not_found.address": (),
    "not_found.artifact": (),
    "not_found.board": ("board",),
    "not_found.build": (),
    "not_found.builder": (),
    "not_found.device": ("device",),
    "not_found.download": (),
    "not_found.file": (),
    "not_found.image": ("name",),
    "not_found.job": (),
    "not_found.key": (),
    "not_found.overlay": ("path",),
    "not_found.overlay_not_found": ("path",),
    "not_found.plan": (),
    "not_found.profile": (),
    "not_found.profile_version": (),
    "not_found.record": (),
    "not_found.release": ("what",),
    "not_found.shared": ("path",),
    "not_found.source_not_found": ("path",),
    "overloaded.queue": (),
    "overloaded.streams": (),
    "overloaded.wrong_tokens": ("retry_after_s",),
    "precondition.build_user": (),
    "precondition.builder_broken": (),
    "precondition.data_dir": (),
    "precondition.data_dir_closed": ("folder",),
    "precondition.device_busy": ("device",),
    "precondition.device_changed": (),
    "precondition.device_mounted": ("mounts",),
    "precondition.device_not_listed": (),
    "precondition.device_permission": ("device",),
    "precondition.feed_key": (),
    "precondition.fingerprint": ("fingerprint",),
    "precondition.flashing_disabled": (),
    "precondition.force_required": (),
    "precondition.image_empty": ("name",),
    "precondition.image_too_large": ("name",),
    "precondition.missing_programs": ("missing",),
    "precondition.no_filter": (),
    "precondition.no_medium": (),
    "precondition.not_block_device": ("device",),
    "precondition.not_flashable": ("name",),
    "precondition.offline": (),
    "precondition.overlay_too_large": (),
    "precondition.overlays_full": (),
    "precondition.partition": (),
    "precondition.plan_expired": (),
    "precondition.read_only": (),
    "precondition.system_device": (),
    "precondition.unsafe": ("word",),
    "precondition.unsupported_host": ("machine",),
    "precondition.unsupported_option": ("option",),
    "too_large.body": (),
    "unauthorized.token": (),
    "unavailable.database": (),
    "unavailable.disk": (),
    "unavailable.file": (),
    "unavailable.folder": (),
    "unavailable.forge": (),
    "upstream.forge": (),
    "upstream.http": (),
    "upstream.not_found": (),
    "upstream.timeout": (),
    "validation.archive": (),
    "validation.body": ("field",),
    "validation.document": (),
    "validation.folder": (),
    "validation.header": (),
    "validation.key": (),
    "validation.not_a_file": ("path",),
    "validation.not_a_folder": ("path",),
    "validation.overlay_conflict": ("path",),
    "validation.overlay_duplicate": ("path",),
    "validation.overlay_not_dir": ("path",),
    "validation.overlay_path": ("path",),
    "validation.overlay_special": ("path",),
    "validation.overlay_too_large": (),
    "validation.path": ("field",),
    "validation.path_traversal": ("path",),
    "validation.profile": ("field",),
    "validation.query": ("field",),
    "validation.source_not_file": ("path",),
    "validation.symlink_escape": ("path",),
}


def key_of(code: str) -> str:
    """Return the translation key of a code's sentence."""
    return f"forge_refused_{code.replace('.', '_')}"


def sentence(code: str, facts: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """Return the key and the placeholders of what a person is told.

    None where there is no sentence, as for codes of newer Forges, or where it would name a fact
    that was not told.
    """
    if (names := SENTENCES.get(code)) is None:
        return None
    told = {name: text for name in names if (text := _text(facts.get(name))) is not None}
    return (key_of(code), told) if len(told) == len(names) else None


def _text(fact: object) -> str | None:
    """Return a fact as a sentence holds it."""
    match fact:
        case str():
            return fact
        case int() | float():
            return str(fact)
        case list():
            return ", ".join(map(str, fact))
        case _:
            return None
