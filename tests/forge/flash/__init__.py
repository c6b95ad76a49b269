"""Cards: images looked at, planned, written to real loop devices and read back."""
