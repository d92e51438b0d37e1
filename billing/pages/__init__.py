"""The creator's plan in the browser: what it is, how it is bought, changed, paid and ended."""
