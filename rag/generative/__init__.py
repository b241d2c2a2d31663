"""What stands between the evidence and a language model, and between its reply and the reader."""
