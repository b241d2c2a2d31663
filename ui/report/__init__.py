"""What was measured, for people: in the terminal and as a page to keep."""
