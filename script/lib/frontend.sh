#!/usr/bin/env bash
# Build the panel's front end, unless what it is made of has not changed since.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=custom_components/atelier/frontend
made_of=$(find frontend/src frontend/package-lock.json frontend/.npmrc frontend/*.ts frontend/tsconfig.json \
  -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
if [ -f "$target/entrypoint.js" ] && [ "$(cat .tools/frontend 2>/dev/null)" = "$made_of" ]; then
  exit 0
fi

# npm and what it starts take the locked Node.
PATH="$PWD/.venv/bin:$PATH"
packages=$(cksum frontend/package-lock.json)
if [ "$(cat frontend/node_modules/.stamp 2>/dev/null)" != "$packages" ]; then
  printf '» npm packages\n' >&2
  (cd frontend && npm ci --silent) || {
    printf '✗ npm could not install the packages of the front end (is its registry reachable?)\n' >&2
    exit 1
  }
  printf '%s' "$packages" >frontend/node_modules/.stamp
fi

# Built beside its place and put there at once: a running Home Assistant never sees half of it.
printf '» the panel'\''s front end\n' >&2
fresh=$(mktemp -d .tools/frontend-XXXXXX)
trap 'rm -rf "$fresh"' EXIT
(cd frontend && ATELIER_FRONTEND="../$fresh/built" npm run --silent build -- --logLevel warn)
rm -rf "$target"
mv "$fresh/built" "$target"
printf '%s' "$made_of" >.tools/frontend
