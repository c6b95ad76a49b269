"""Revisions: each room's form a line of their own, labelled with its name."""
