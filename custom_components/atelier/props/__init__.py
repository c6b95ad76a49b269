"""The props family: what a prop is, how it is, and what it can be told."""
