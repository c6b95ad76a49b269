"""Measure Atelier against core's MQTT discovery, and the firmware against its limits."""
