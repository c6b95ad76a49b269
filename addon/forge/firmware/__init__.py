"""Bundles of device firmware: read, checked and built for a board's flash."""
