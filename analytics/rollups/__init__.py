"""Make figures of events: each event once, in the transaction that moves the cursor past it.

    running.run(now=now)                       what arrived since the last time
    backfilling.day(first, now=now)            a day anew, from its events

How the cursor works: docs/adr/0033-the-arrival-cursor.md.
"""
