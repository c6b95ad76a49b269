"""Tests of the formats on the bus."""
