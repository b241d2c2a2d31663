"""The web page: Gradio's parts, and what they show and do."""
