"""From the files of a source to articles; one module per kind of file."""

from index.readers.files import MAX_FILE_BYTES
from index.readers.source import EXTENSIONS, Source, SourceMissing, file_of, read_source

__all__ = ["EXTENSIONS", "MAX_FILE_BYTES", "Source", "SourceMissing", "file_of", "read_source"]
