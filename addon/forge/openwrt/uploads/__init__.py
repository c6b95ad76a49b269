"""Overlays that come over HTTP: taken in, kept by content, laid over images."""
