"""Builds: what goes into an image, how it is made, and what came out."""
