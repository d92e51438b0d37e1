"""A creator's own figures, and the rows behind each of them."""
