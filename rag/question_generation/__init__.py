"""From an article to questions that it answers."""
