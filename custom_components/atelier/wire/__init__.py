"""Formats on the bus: bytes to typed messages and back, knowing nothing of Home Assistant."""
