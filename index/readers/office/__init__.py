"""Documents of word processors, presentations and books."""
