"""What a log line looks like, what it says of its request, and what must not be in it. Knows neither Django nor an app."""
