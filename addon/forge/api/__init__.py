"""HTTP in and out: what comes in is checked here, what is done is done elsewhere."""
