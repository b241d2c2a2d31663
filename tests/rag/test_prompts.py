"""Prompts are filled completely, and tell a model what the code expects of it."""

import string

from rag import prompts
from rag.writing.wording import refuses

FIELDS = {
    "SYSTEM": set(),
    "PASSAGE": {"number", "source", "text"},
    "USER": {"passages", "question"},
    "REWRITE_SYSTEM": set(),
    "REWRITE_USER": {"turns", "question"},
}


def test_each_template_has_its_fields():
    for name, fields in FIELDS.items():
        template = getattr(prompts, name)
        found = {field for _, field, _, _ in string.Formatter().parse(template) if field}
        assert found == fields
        filled = template.format(**dict.fromkeys(fields, "x"))
        assert not set(filled) & set("{}")


def test_every_prompt_is_known_here():
    names = {name for name in vars(prompts) if name.isupper()}
    assert names == {*FIELDS, "CANNOT_ANSWER"}


def test_the_model_is_told_the_words_by_which_a_refusal_is_known():
    assert prompts.CANNOT_ANSWER in prompts.SYSTEM
    assert refuses(prompts.CANNOT_ANSWER)
