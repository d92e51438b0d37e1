"""The week in a few sentences: written by a model over numbered facts, and kept only where the facts bear it out."""
