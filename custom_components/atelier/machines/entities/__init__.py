"""The entities of a machine."""
