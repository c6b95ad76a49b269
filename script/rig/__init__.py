"""Start the real parts of a workshop on one computer: broker, Home Assistant, boards."""
