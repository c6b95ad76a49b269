"""The ledger: what must outlive a restart, kept in SQLite or PostgreSQL."""
