"""A small opkg: `reload`, `install`, `manifest`, `depends`, `whatdepends`.

It says what opkg says, in opkg's words and at its exit status, because that is what a program
that runs an Image Builder must understand.
"""

from collections.abc import Callable
import gzip
import sys

from .feeds import FetchError, fetch, offered, package_file, write_local_index
from .keys import verify_usign
from .packages import Package
from .places import TOPDIR, folder
from .resolve import Conflict, Missing, Plan, resolve
from .root import ClashError, Root

FAILED = 255


def feeds() -> list[tuple[str, str]]:
    """Return names and addresses of the feeds in repositories.conf."""
    lines = (TOPDIR / "repositories.conf").read_text("utf-8").splitlines()
    return [(said[1], said[2]) for said in map(str.split, lines) if said[:1] == ["src/gz"]]


def checks_signatures() -> bool:
    """Tell whether lists must be signed by a known key."""
    lines = (TOPDIR / "repositories.conf").read_text("utf-8").splitlines()
    return "option check_signature" in lines


def reload() -> int:
    """List the tree's own packages if need be, and fetch the feeds' lists as far as they come."""
    if write_local_index("ipk"):
        print("Package list missing or not up-to-date, generating it.", file=sys.stderr)
        print("\nBuilding package index...", file=sys.stderr)
    errors = []
    for name, url in feeds():
        kept = folder("DL_DIR") / name
        print(f"Downloading {url}/Packages.gz")
        try:
            listed = fetch(f"{url}/Packages.gz")
            print(f"Updated list of available packages in {kept}")
            if checks_signatures():
                print(f"Downloading {url}/Packages.sig")
                if not verify_usign(gzip.decompress(listed), fetch(f"{url}/Packages.sig")):
                    print("Signature check failed.\nRemove wrong Signature file.")
                    kept.unlink(missing_ok=True)
                    errors.append(f"opkg_prepare: Signature check failed for {name}.")
                    continue
                print("Signature check passed.")
            kept.write_bytes(listed)
        except FetchError as error:
            print(f"*** Failed to download the package list from {error.url}\n")
            errors.append(
                f"opkg_download: Failed to download {error.url}, wget returned {error.code}."
            )
    return _end(errors)


def install(*names: str) -> int:
    """Install packages with all that they need, or say all reasons why not."""
    root = Root("usr/lib/opkg/info")
    plan = resolve(names, offered(feeds()), root.installed())
    if plan.problems:
        return _end(_reasons(plan))
    for package in plan.install:
        if errors := _install(package, root):
            return _end(errors)
    for package in plan.install:
        print(f"Configuring {package.name}.")
    return 0


def manifest(*options: str) -> int:
    """Print what is installed, as it stands in an image's manifest."""
    for package in Root("usr/lib/opkg/info").installed().values():
        name = package.plain_name if "--strip-abi" in options else package.name
        print(f"{name} - {package.version}")
    return 0


def depends(name: str) -> int:
    """Print what a package needs."""
    found = offered(feeds())
    if name in found:
        print(f"{name} depends on:")
        for need in found[name].depends:
            print(f"\t{need}")
    return 0


def whatdepends(name: str) -> int:
    """Print who needs a package."""
    print(f"Root set:\n  {name}\nWhat depends on root set")
    for package in offered(feeds()).values():
        if name in (need.name for need in package.depends):
            print(f"\t{package.name} {package.version}\tdepends on {name}")
    return 0


def _install(package: Package, root: Root) -> list[str]:
    """Install one package; return why that failed."""
    print(f"Installing {package.name} ({package.version}) to root...")
    if package.source.startswith("http"):
        print(f"Downloading {package.source}/{package.filename}")
    try:
        root.install(package, package_file(package))
    except FetchError as error:
        reasons = [
            f"opkg_download: Failed to download {error.url}, wget returned {error.code}.",
            (
                f"opkg_install_pkg: Failed to download {package.name}. "
                "Perhaps you need to run 'opkg update'?"
            ),
        ]
    except ValueError:
        reasons = [
            (
                f"opkg_install_pkg: Checksum or size mismatch for package {package.name}. "
                "Either the opkg or the package index are corrupt. Try 'opkg update'."
            ),
        ]
    except ClashError as clash:
        reasons = [
            (
                f"check_data_file_clashes: Package {package.name} wants to install file "
                f"{root.folder}/{clash.path}\n"
                f"\tBut that file is already provided by package  * {clash.owner}"
            ),
        ]
    else:
        return []
    return [*reasons, f"opkg_install_cmd: Cannot install package {package.name}."]


def _reasons(plan: Plan) -> list[str]:
    reasons = []
    for problem in plan.problems:
        if isinstance(problem, Missing):
            print(f"Unknown package '{problem.name}'.")
            reasons.append(f"opkg_install_cmd: Cannot install package {problem.name}.")
        elif isinstance(problem, Conflict):
            reasons += [
                (
                    "check_conflicts_for: The following packages conflict with"
                    f" {problem.package.name}:"
                ),
                f"check_conflicts_for: \t{problem.other.name} * ",
                f"opkg_install_cmd: Cannot install package {problem.package.name}.",
            ]
        else:
            name = problem.package.name
            reasons += [
                f"pkg_hash_check_unresolved: cannot find dependency {problem.need} for {name}",
                (
                    "pkg_hash_fetch_best_installation_candidate: Packages for"
                    f" {name} found, but incompatible with the architectures configured"
                ),
                (
                    f"satisfy_dependencies_for: Cannot satisfy the following dependencies for"
                    f" {name}:\n * \t{problem.need}"
                ),
                f"opkg_install_cmd: Cannot install package {name}.",
            ]
    return reasons


def _end(errors: list[str]) -> int:
    if errors:
        print("Collected errors:", file=sys.stderr)
        for error in errors:
            print(f" * {error}", file=sys.stderr)
    return FAILED if errors else 0


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
