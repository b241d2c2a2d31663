"""What a page wraps around an article, and the article without it."""
