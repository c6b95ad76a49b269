"""Tests of the machines family."""
