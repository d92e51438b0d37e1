"""The database backend: Django's own for PostgreSQL, with a pool that is over an outage as soon as PostgreSQL is."""
