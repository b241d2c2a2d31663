"""From published articles to a searchable index."""
