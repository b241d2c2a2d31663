"""From the files of a source to articles; one module per kind of file."""
