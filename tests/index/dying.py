"""A model whose process is killed; imports little, since processes are started for it."""

from __future__ import annotations

import os
import signal

from tests.fakes import FakeEmbedder


class Dying(FakeEmbedder):
    """Ends its process when it meets a text: each time, or the first time, which it marks."""

    def __init__(self, marks, *, always=False):
        super().__init__()
        self.marks, self.always = marks, always

    def encode_passages(self, texts):
        """As ``FakeEmbedder``, if it lives."""
        for number in ("40", "100"):
            mark = self.marks / number
            if any(f"Report {number} " in text for text in texts) and not mark.exists():
                if not self.always:
                    mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_passages(texts)
