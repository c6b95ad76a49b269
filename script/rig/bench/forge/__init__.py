"""The Forge measured against the plain tools that do parts of its work."""
