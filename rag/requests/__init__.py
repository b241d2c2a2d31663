"""What is asked for that one sentence does not answer: briefs, timelines, lists, counts and more."""
