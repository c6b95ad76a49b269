"""The Forge's own page, for browsers: built of `frontend/src/web`, served at both doors."""
