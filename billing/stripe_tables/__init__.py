"""dj-stripe's tables, made at once as its release 2.11 leaves them: docs/adr/0026-dj-stripes-tables-at-once.md."""
