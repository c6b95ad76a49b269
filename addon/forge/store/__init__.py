"""What the Forge remembers: one relational store, in SQLite or PostgreSQL."""
