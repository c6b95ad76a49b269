#!/usr/bin/env bash
# Build the panel's front end and the Forge's page, unless what they are made of has not changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

panel=custom_components/atelier/frontend
page=addon/forge/web/static
made_of=$(find frontend/src frontend/package-lock.json frontend/.npmrc frontend/*.ts frontend/tsconfig.json \
  custom_components/atelier/translations addon/icon.png -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
if [ -f "$panel/entrypoint.js" ] && [ -f "$page/index.html" ] &&
  [ "$(cat .tools/frontend 2>/dev/null)" = "$made_of" ]; then
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

# Built beside their places and put there at once: whoever runs never sees half of them.
printf '» the panel'\''s front end, and the Forge'\''s page\n' >&2
fresh=$(mktemp -d .tools/frontend-XXXXXX)
trap 'rm -rf "$fresh"' EXIT
npm() { (cd frontend && command npm run --silent "$@" -- --logLevel warn); }
ATELIER_FRONTEND="$PWD/$fresh/panel" npm build
FORGE_FRONTEND="$PWD/$fresh/page" npm build:web
for built in "panel:$panel" "page:$page"; do
  rm -rf "${built#*:}"
  mkdir -p "$(dirname "${built#*:}")"
  mv "$fresh/${built%%:*}" "${built#*:}"
done
printf '%s' "$made_of" >.tools/frontend
