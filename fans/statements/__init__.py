"""Statements of platforms: uploaded, mapped to what the books need, tried, read in, and taken back."""
