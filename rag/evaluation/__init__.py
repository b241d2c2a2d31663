"""How good answers and rankings are, measured on sets of questions."""
