"""Visits to creators' public pages, taken in without cookies: what is told is checked, hashed, and put into a stream.

    POST /collect → page → body (what was told) → visitors (a number for the day) → stream (Valkey) → analytics.ingest

Nothing here asks PostgreSQL. docs/analytics.md says what is kept and what may be lost.
"""
