"""The articles of an index as JSON lines, which ``index/readers/records.py`` reads back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from index.ledger import Ledger

Record = dict[str, object]


def records(ledger: Ledger) -> Iterator[Record]:
    """A record for every current article, in the order of their uris; inside ``read()``.

    An article keeps its key, or, where several have the same one, gets its uri for one. Articles
    that are not as they were written are left out.
    """
    keys = Counter(ledger.keys())
    for stored in ledger.all_articles():
        article = stored.article
        yield {
            "_id": article.key if keys[article.key] == 1 else article.uri,
            "cleaned": True,
            "title": article.title,
            "author": article.author,
            "publisher": article.publisher,
            "published": article.published and article.published.isoformat(),
            "language": article.language,
            "url": article.url,
            "sources": list(article.sources),
            "uri": article.uri,
            **({"places": article.places} if article.places else {}),
            "text": article.text,
            "raw": ledger.raw(stored.pk),
        }
