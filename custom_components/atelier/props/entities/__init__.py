"""The entities of a prop: one module for each of Home Assistant's domains."""
