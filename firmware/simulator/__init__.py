"""A board made of software: its pins, clocks, flash, radio, player and display."""
