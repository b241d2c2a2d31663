"""What the command line does, a module for a group of commands."""
