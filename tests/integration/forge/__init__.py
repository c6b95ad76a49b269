"""A Forge in Home Assistant."""
