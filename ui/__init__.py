"""How people and programs reach it: command line, web chat."""
