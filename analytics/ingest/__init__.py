"""From the stream of visits into the table of events: read in batches, copied, told once.

reading.run()           what a worker does, over and over
storing.store(entries)  one batch, in one transaction
"""
