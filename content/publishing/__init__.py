"""Publishing: what is due goes out at its minute, once on each channel, and the creator is told what became of it."""
