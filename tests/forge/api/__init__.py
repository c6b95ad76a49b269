"""Tests of the Forge."""
