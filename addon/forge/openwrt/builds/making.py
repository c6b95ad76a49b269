"""Runs `make` for one image: the packages first, then the image; the network may fail twice."""

from collections.abc import Sequence
from dataclasses import dataclass
import hashlib
from pathlib import Path
import re
import shutil
import time
from typing import Final

from forge.errors import BuildError, Invalid, JobError, NotFound, Precondition, Upstream
from forge.jobs.context import Context
from forge.jobs.limits import Limits
from forge.jobs.processes import clean
from forge.openwrt.builders.ready import Ready
from forge.openwrt.builds import keys
from forge.openwrt.builds.causes import Causes, parse_manifest
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.builds.stages import Stages
from forge.openwrt.builds.tree import Tree
from forge.openwrt.inputs import inputs_of

_PAUSE_S: Final = 1.0
#: What may stand in a word that `make` pastes into a shell's double quotes.
_WORD: Final = re.compile(r"[A-Za-z0-9_./+ -]*")
_DEFAULTS: Final = "etc/uci-defaults/99-forge-defaults"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The packages that an image will hold."""

    manifest: dict[str, str]

    def differences(self, other: "Resolved") -> dict[str, list[str]]:
        """Return what comes, goes and changes from another one to this."""
        mine, theirs = self.manifest, other.manifest
        return {
            "added": sorted(mine.keys() - theirs.keys()),
            "removed": sorted(theirs.keys() - mine.keys()),
            "changed": sorted(n for n in mine.keys() & theirs.keys() if mine[n] != theirs[n]),
        }


class Making:
    """One recipe in one private tree."""

    def __init__(self, ctx: Context, recipe: Recipe, ready: Ready, tree: Tree) -> None:
        """Prepare; the tree gets the recipe's feeds. Raise Precondition for bad keys."""
        self._ctx = ctx
        self._recipe = recipe
        self._ready = ready
        self._tree = tree
        self._inputs = inputs_of(ctx)
        self._until = time.monotonic() + ctx.settings.build_timeout_s
        tree.set_feeds(recipe)

    def resolve(self, packages: Sequence[str] | None = None) -> Resolved:
        """Return the packages that an image will hold. Raise BuildError, Upstream, JobError."""
        words = self._recipe.packages if packages is None else packages
        told = bytearray()
        argv = ["manifest", *self._common(words), "STRIP_ABI=1"]
        if self._ready.keys.is_dir():
            self._make(argv, told)
        else:
            # The tree makes its keys now; the next builds shall have the same.
            with self._ctx.lock(f"keys:{self._ready.sha256}"):
                self._inputs.have_keys(self._ready.sha256)
                self._tree.put_keys(self._ready)
                before = self._tree.keys()
                self._make(argv, told)
                after = self._tree.keys()
                if made := {name: after[name] for name in after.keys() - before}:
                    self._inputs.keep_keys(self._ready.sha256, made)
        return Resolved(parse_manifest(told.decode("utf-8", "replace").splitlines()))

    def image(self, target: Path, files: Path | None, resolved: Resolved) -> Causes:
        """Make the image into a folder; return what was said. Raise as `resolve` does.

        How many packages it gets was found out before, and tells how far it is.
        """
        with self._ctx.acting():
            target.mkdir()
        recipe = self._recipe
        argv = ["image", *self._common(recipe.packages), f"BIN_DIR={target}"]
        if files is not None:
            argv.append(f"FILES={files}")
        if recipe.image_name is not None:
            argv.append(f"EXTRA_IMAGE_NAME={recipe.image_name}")
        if recipe.disabled_services:
            argv.append(f"DISABLED_SERVICES={' '.join(recipe.disabled_services)}")
        if recipe.partsize is not None:
            argv.append(f"ROOTFS_PARTSIZE={recipe.partsize}")
        if recipe.filesystem is not None:
            # Older trees know no such variable and make them all; the rest is left out then.
            argv.append(f"ROOTFS_FILESYSTEM={recipe.filesystem}")
        if recipe.local_key:
            argv.append("ADD_LOCAL_KEY=1")
        return self._make(argv, None, clear=target, packages=len(resolved.manifest))

    def _common(self, packages: Sequence[str]) -> list[str]:
        words = [f"PROFILE={self._recipe.board}"]
        return [*words, f"PACKAGES={' '.join(packages)}"] if packages else words

    def _make(
        self,
        argv: list[str],
        told: bytearray | None,
        *,
        clear: Path | None = None,
        packages: int | None = None,
    ) -> Causes:
        """Run make; where packages could not be downloaded, again with the next mirror."""
        for word in argv:
            _name, _, value = word.partition("=")
            if not _WORD.fullmatch(value):
                raise Precondition(f"{word!r} is nothing for make", about="unsafe", word=word)
        rounds = self._ctx.settings.openwrt_rounds
        for turn in range(rounds):
            causes = Causes()
            if told is not None:
                told.clear()
            stages = None if packages is None else Stages(self._ctx, packages)
            code = self._run(argv, causes, told, stages)
            if code == 0:
                return causes
            error = causes.error(f"make {argv[0]}", code)
            if not isinstance(error, Upstream) or turn == rounds - 1:
                raise error
            self._ctx.log(f"! {error.message}; trying again")
            self._tree.use_mirror(turn + 1)
            if clear is not None:
                with self._ctx.acting():
                    shutil.rmtree(clear, ignore_errors=True)
                    clear.mkdir(exist_ok=True)
            self._pause(_PAUSE_S * 2**turn)
        raise AssertionError  # a loop of at least one turn returns or raises

    def _run(
        self, argv: list[str], causes: Causes, told: bytearray | None, stages: Stages | None
    ) -> int:
        def hear(output: bytes) -> None:
            causes.hear(output)
            if stages is not None:
                stages.hear(output)
            if told is not None:
                told.extend(output)

        environment = clean()
        if self._ready.epoch is not None:
            environment["SOURCE_DATE_EPOCH"] = str(self._ready.epoch)
        self._ctx.log("$ make " + " ".join(repr(word) if " " in word else word for word in argv))
        limits = Limits(time_s=max(0.1, self._until - time.monotonic()), folder=self._ctx.folder)
        try:
            return self._ctx.run_process(
                ["make", *argv],
                cwd=self._tree.root,
                env=environment,
                limits=limits,
                on_output=hear,
            ).code
        except JobError as error:
            if error.code != "job.timeout":
                raise
            raise BuildError(
                f"make {argv[0]} took longer than {self._ctx.settings.build_timeout_s} s and was"
                " ended with all that it had started: raise build_timeout_s if it may",
                about="timeout",
                limit_s=self._ctx.settings.build_timeout_s,
            ) from None

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._ctx.checkpoint()
            time.sleep(0.1)


def local_key(ready: Ready) -> str | None:
    """Return what names the tree's own keys; None before its first use."""
    held = keys.read(ready.keys)
    return hashlib.sha256(b"".join(held.values())).hexdigest() if held else None


def check_board(recipe: Recipe, ready: Ready) -> None:
    """Raise NotFound or BuildError where this Image Builder is not for a recipe."""
    if recipe.board not in ready.info.boards:
        raise NotFound(
            f"{recipe.place} has no board {recipe.board}: look for its name among the boards of"
            " the release",
            about="board",
            board=recipe.board,
        )
    if recipe.revision and recipe.revision != ready.info.revision:
        raise BuildError(
            f"{recipe.place} is at revision {ready.info.revision}, not {recipe.revision}",
            about="revision_mismatch",
            expected=recipe.revision,
            actual=ready.info.revision,
        )


def check_versions(recipe: Recipe, resolved: Resolved) -> None:
    """Raise BuildError where packages have not the versions that are expected."""
    wrong = {
        name: {"expected": version, "actual": resolved.manifest.get(name)}
        for name, version in recipe.versions.items()
        if resolved.manifest.get(name) != version
    }
    if wrong:
        raise BuildError(
            f"These packages have not the versions that were expected: {', '.join(sorted(wrong))}",
            about="versions_mismatch",
            packages=wrong,
        )


def write_defaults(files: Path, defaults: str) -> None:
    """Put a script where a device runs it once, at its first start. Raise Invalid."""
    path = files / _DEFAULTS
    if any(place.is_symlink() for place in (path, *path.parents[:2])):
        raise Invalid(
            f"/{_DEFAULTS} would lie below a link of the overlay: name the real folder",
            about="symlink_escape",
            path=f"/{_DEFAULTS}",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(defaults, "utf-8")
    path.chmod(0o644)
