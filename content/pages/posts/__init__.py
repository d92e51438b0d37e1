"""The pages of the texts that creators keep."""
