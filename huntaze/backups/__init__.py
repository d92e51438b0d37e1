"""Backups of the database and of the list of media, and the way back. `docs/backups.md` says how they are used."""
