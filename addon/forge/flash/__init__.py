"""Cards: what is plugged in, and images written to it: plan, confirm, write, read back, record."""
