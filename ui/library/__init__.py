"""The corpus page: what the index holds, and how it is added to."""
