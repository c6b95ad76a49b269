"""Trouble, on a real Home Assistant and a real broker."""
