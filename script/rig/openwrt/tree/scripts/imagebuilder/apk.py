"""A small apk: `reload`, `install`, `manifest`, `depends`, `whatdepends`.

It says what apk says, in apk's words and at its exit status. Its index is not apk's format: it is
a signature and a compressed list, under apk's name.
"""

from collections.abc import Callable
import os
import sys

from .feeds import FetchError, fetch, offered, package_file, write_local_index
from .keys import verify_ec
from .packages import Package
from .places import TOPDIR, folder
from .resolve import Conflict, Missing, Plan, resolve
from .root import ClashError, Root

RECORDS = "lib/apk/packages"
MAGIC = b"ADBf"


def feeds() -> list[tuple[str, str]]:
    """Return names and addresses of the feeds in `repositories`."""
    lines = (TOPDIR / "repositories").read_text("utf-8").split()
    return [
        (f"APKINDEX.{number}", line.removesuffix("/packages.adb"))
        for number, line in enumerate(lines)
    ]


def reload() -> int:
    """List the tree's own packages if need be, and fetch the feeds' lists as far as they come."""
    if write_local_index("apk"):
        print("Package list missing or not up-to-date, generating it.", file=sys.stderr)
        print("\nBuilding package index...", file=sys.stderr)
    failed = 0
    for name, url in feeds():
        kept = folder("DL_DIR") / name
        print(f"{url}/packages.adb")
        try:
            said = fetch(f"{url}/packages.adb")
        except FetchError as error:
            failed += 1
            print(f"ERROR: wget: exited with error {error.code}", file=sys.stderr)
            _warn(url, "remote server returned error (try 'apk update')")
            continue
        length = int.from_bytes(said[4:8], "little")
        signature, listed = said[8 : 8 + length], said[8 + length :]
        if said[:4] != MAGIC or not verify_ec(listed, signature):
            failed += 1
            kept.unlink(missing_ok=True)
            _warn(url, "UNTRUSTED signature")
            continue
        kept.write_bytes(listed)
    return min(failed, 1)


def install(*names: str) -> int:
    """Install packages with all that they need, or say all reasons why not."""
    root = Root(RECORDS)
    plan = resolve(names, offered(feeds()), root.installed())
    if plan.problems:
        print("ERROR: unable to select packages:", file=sys.stderr)
        for reason in _reasons(plan, names):
            print(reason, file=sys.stderr)
        return 1
    errors = 0
    for number, package in enumerate(plan.install, 1):
        print(f"({number}/{len(plan.install)}) Installing {package.name} ({package.version})")
        try:
            root.install(package, package_file(package))
            continue
        except FetchError as error:
            print(f"ERROR: wget: exited with error {error.code}", file=sys.stderr)
            reason = "remote server returned error (try 'apk update')"
        except ValueError:
            reason = "package mentioned in index not found (try 'apk update')"
        except ClashError as clash:
            reason = f"trying to overwrite {clash.path} owned by {_full(clash.owner, root)}."
        print(f"ERROR: {_id(package)}: {reason}", file=sys.stderr)
        errors += 1
    if errors:
        print(f"{errors} error{'s' * (errors > 1)}; not all was installed", file=sys.stderr)
        return errors
    print(f"OK: {len(root.installed())} packages")
    return 0


def manifest(*_options: str) -> int:
    """Print what is installed; releases differ in how."""
    between = " - " if os.environ.get("MANIFEST_HAS_DASHES") else " "
    for package in Root(RECORDS).installed().values():
        print(f"{package.name}{between}{package.version}")
    return 0


def depends(name: str) -> int:
    """Print what a package needs."""
    found = offered(feeds())
    if name in found:
        print(f"{_id(found[name])} depends on:")
        for need in found[name].depends:
            print(_need(str(need)))
    return 0


def whatdepends(name: str) -> int:
    """Print who needs a package."""
    for package in offered(feeds()).values():
        if name in (need.name for need in package.depends):
            print(_id(package))
    return 0


def _reasons(plan: Plan, wanted: tuple[str, ...]) -> list[str]:
    reasons = []
    for problem in plan.problems:
        if isinstance(problem, Missing):
            reasons += [
                f"  {problem.name} (no such package):",
                f"    required by: world[{problem.name}]",
            ]
        elif isinstance(problem, Conflict):
            for one, other in (
                (problem.package, problem.other),
                (problem.other, problem.package),
            ):
                reasons += [
                    f"  {_id(one)}:",
                    f"    conflicts: {_id(other)}[{other.name}={other.version}]",
                ]
                if one.name in wanted:
                    reasons.append(f"    satisfies: world[{one.name}]")
        else:
            need = _need(str(problem.need))
            reasons += [
                f"  {need} (no such package):",
                f"    required by: {_id(problem.package)}[{need}]",
            ]
    return reasons


def _warn(url: str, why: str) -> None:
    print(f"WARNING: updating and opening {url}/packages.adb: {why}", file=sys.stderr)


def _id(package: Package) -> str:
    return f"{package.name}-{package.version}"


def _full(name: str, root: Root) -> str:
    return _id(root.installed()[name])


def _need(said: str) -> str:
    return said.replace(" (= ", "=").removesuffix(")")


def main(do: str, *arguments: str) -> int:
    """Do what the Makefile asks."""
    commands: dict[str, Callable[..., int]] = {
        "reload": reload,
        "install": install,
        "manifest": manifest,
        "depends": depends,
        "whatdepends": whatdepends,
    }
    return commands[do](*arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
