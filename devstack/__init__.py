"""What a laptop runs in place of the cloud. Never part of the production image."""
