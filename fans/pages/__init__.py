"""The pages of fans: what they see of a creator, and what a creator sees of them."""
