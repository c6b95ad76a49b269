"""The Forge: the heavy tools beside Home Assistant."""
