"""Profiles: what an image is to hold."""
