"""Build steps that need no program beyond Python."""
