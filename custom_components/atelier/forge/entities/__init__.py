"""What Home Assistant shows of a Forge and of its profiles."""
