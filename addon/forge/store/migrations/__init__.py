"""Alembic's folder: the environment, and all rooms' revisions."""
