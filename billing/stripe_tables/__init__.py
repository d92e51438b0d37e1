"""dj-stripe's tables, made at once as its release 2.11 leaves them: docs/adr/0022-dj-stripes-tables-in-one-step.md."""
