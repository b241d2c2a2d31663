"""What the articles say to a question: search, read, decide whether they answer it."""
