"""The trained reader: what it reads at once, its weights, and what its word is worth."""
