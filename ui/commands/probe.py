"""Whether the configured language model answers, for people or as JSON."""

from __future__ import annotations

import json

import typer

from index.errors import OnRecordError
from rag.generative.llm import OpenAILikeModel
from rag.settings import Settings
from ui.output import plain


def run(settings: Settings, *, as_json: bool) -> None:
    """Asks the server, and prints what it said.

    Args:
        settings: Which server and model.
        as_json: Whether JSON is printed, and nothing else.

    Raises:
        ModelFailed: it does not answer, or refuses.
        OnRecordError: the settings name no server, or a model that the server does not list.
    """
    if not settings.llm_url:
        raise OnRecordError(
            "no language model is set, and none is needed; to have one phrase the answers, give"
            " its server with --llm-url or ONRECORD_LLM_URL"
        )
    model = OpenAILikeModel(settings)
    found = model.probe()
    if as_json:
        values = {
            "url": model.where,
            "models": list(found.models),
            "model": model.name or None,
            "first_token_ms": found.first_token_ms and round(found.first_token_ms, 1),
            "tokens_per_second": found.tokens_per_second and round(found.tokens_per_second, 1),
        }
        typer.echo(json.dumps(values, ensure_ascii=False))
        return
    count = "one model" if len(found.models) == 1 else f"{len(found.models) or 'no'} models"
    typer.echo(f"{model.where} answers and has {count}:")
    for name in found.models:
        typer.echo(f"  {plain(name)}")
    if not model.name:
        typer.echo("Choose one with --llm-model or ONRECORD_LLM_MODEL.")
        return
    speed = found.tokens_per_second
    pace = f", then {speed:.0f} tokens a second" if speed else ""
    first = f"{found.first_token_ms:.0f} ms" if found.first_token_ms is not None else "nothing"
    typer.echo(f"{plain(model.name)}: first word after {first}{pace}.")
