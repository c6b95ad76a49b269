"""Measure how machine boards are answered: how fast, how many, and at what cost."""
