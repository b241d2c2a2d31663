"""Files that hold files: archives, mail, web archives."""
