"""The machines family: who may use what, for how long, and when it needs care."""
