"""Text as language: its sentences, words, names, numbers and dates, whatever they are asked for."""
