"""LlamaIndex's parts put into onrecord, and onrecord put into LlamaIndex's pipelines."""
