"""What is asked for that one sentence does not answer: briefs, timelines, lists and more."""
