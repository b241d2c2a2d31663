"""The numbers, dates and names of a text, and whether two of them say the same."""
