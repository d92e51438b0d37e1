"""Keeps every mail that it is sent as a file, newest first on a page; sends nothing anywhere."""
