"""How a claim is compared with the words that it cites."""
