"""For each of SQuAD's questions the paragraphs of the same article that share most words with it.

    python benchmarks/reader/near.py DATA OUT

Such a paragraph, where it lacks the answer, is what a search really brings instead of the right
one: ``examples.py`` puts the question to it. Up to four questions of a paragraph are taken.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

QUESTIONS = 4  # of a paragraph
NEAREST = 20


def main() -> None:
    """Ranks the paragraphs by the cosine of TF-IDF and stores the first of them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="the folder with squad1_train.jsonl.gz")
    parser.add_argument("out", type=Path, help="an .npz file")
    given = parser.parse_args()
    rng = random.Random(1)  # noqa: S311
    texts: list[str] = []
    article: list[int] = []
    asked: list[tuple[int, int, str]] = []
    with gzip.open(given.data / "squad1_train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            record = json.loads(line)
            for paragraph in record["paragraphs"]:
                places = list(range(len(paragraph["qas"])))
                rng.shuffle(places)
                asked += [
                    (len(texts), k, paragraph["qas"][k]["question"]) for k in places[:QUESTIONS]
                ]
                texts.append(f"{record['title']}. {paragraph['text']}")
                article.append(number)
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    paragraphs = vectorizer.fit_transform(texts).tocsr()
    questions = vectorizer.transform([q for *_, q in asked]).tocsr()
    of_paragraph, of_question = np.array(article), np.array([article[i] for i, *_ in asked])
    near = np.full((len(asked), NEAREST), -1, np.int32)
    for number in range(article[-1] + 1):
        mine = np.flatnonzero(of_paragraph == number)
        rows = np.flatnonzero(of_question == number)
        cosines = (questions[rows] @ paragraphs[mine].T).toarray()
        order = np.argsort(-cosines, axis=1)[:, :NEAREST]
        near[rows, : order.shape[1]] = mine[order]
    np.savez(given.out, near=near, asked=np.array([(i, k) for i, k, _ in asked]))


if __name__ == "__main__":
    main()
