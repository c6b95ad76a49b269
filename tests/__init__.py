"""Tests of everything that runs without a board."""
