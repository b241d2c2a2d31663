"""What can go wrong that the person can mend; each message is one sentence with the remedy."""


class OnRecordError(Exception):
    """A failure to tell the person in one sentence: what, why, and what to do."""


class IndexMissing(OnRecordError):
    """There is no index in the folder."""


class IndexMismatch(OnRecordError):
    """The index was made in a way that this program or model cannot read."""


class IndexBusy(OnRecordError):
    """Another process is writing to the index."""


class IndexDamaged(OnRecordError):
    """What is stored is not as it was written, and is not used."""


class ArticleDamaged(OnRecordError):
    """An article is not as it was written, and is neither shown nor quoted."""


class IndexReplaced(OnRecordError):
    """Another index took the place of the one that was being read."""


class IndexUnwritable(OnRecordError):
    """The disk is full, or the folder may not be written."""


class IndexUnreachable(OnRecordError):
    """The database of the index does not answer."""


class ModelDamaged(OnRecordError):
    """The weights on disk are not those that the model's name stands for."""


class NotIndexed(OnRecordError):
    """No article of the index has this name."""


class PublisherUnknown(OnRecordError):
    """No article of the index is by this publisher."""
