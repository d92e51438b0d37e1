"""What Home tells a creator: what to do today and why, the first steps, the newest posts, and what the month has cost."""
