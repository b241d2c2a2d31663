"""From published articles to a searchable index."""

import os

# From 1.32 on, onnxruntime gives this machine a number, keeps it in the home folder and tells
# Microsoft what it is used for, unless this says no when the first session begins.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
