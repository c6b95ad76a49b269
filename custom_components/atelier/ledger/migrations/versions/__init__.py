"""One step a file; a released step never changes."""
