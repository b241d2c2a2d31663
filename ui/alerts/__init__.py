"""Saved questions and searches, asked of what is new."""
