"""An S3 server for a laptop: the part of Amazon's protocol that Huntaze uses, signatures and POST policies enforced.

What it leaves out it refuses with `NotImplemented`, never silently. See docs/media.md.
"""
