"""`verdicts evaluate`: how well the rules on text find what a person labelled."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schema.errors import StartError
from verdicts.console import print_report, say
from verdicts.options import example, home_option, json_option

if TYPE_CHECKING:
    from db.derived import Figure, Scores

CHECKOUT = Path(__file__).parents[2] / "tests" / "fixtures" / "evaluation"
"""Where a checkout has its labelled texts. An installation has none."""


@click.command(epilog=example("verdicts evaluate", "verdicts evaluate --labelled my-texts --json"))
@home_option
@click.option(
    "--labelled",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    show_default="the checkout's tests/fixtures/evaluation",
    help="Where dev.jsonl and heldout.jsonl lie, hand-labelled.",
)
@json_option
def evaluate(home: Path, labelled: Path | None, as_json: bool) -> int:
    """Hold the rules on text against hand-labelled texts.

    Precision, recall and F1 of predictions, mentions and claims, each with its n and 95 % interval.
    Figures are said of these invented texts, never of the archive; no text is shown. The home is
    neither read nor needed.
    """
    from db.derived import HALVES, load_labelled
    from db.derived import evaluate as run

    folder = labelled or CHECKOUT
    if not folder.is_dir():
        what = "no labelled texts: an installation has none; --labelled names a folder with them"
        raise StartError(what=f"{labelled}: there is no such folder" if labelled else what)
    texts = {half: load_labelled(folder, half) for half in HALVES}
    scores = {half: run(each) for half, each in texts.items()}
    if as_json:
        print_report(_report(folder, texts, scores), as_json=True)
    else:
        for half, figures in scores.items():
            say(f"{half}: {len(texts[half])} texts")
            for name, found in figures.items():
                say(f"  {name}")
                for kind, figure in found._asdict().items():
                    say(f"    {kind:<10}{in_words(figure, 'texts' if kind == 'f1' else 'spans')}")
    return 0


def _report(folder: Path, texts: dict[str, Any], scores: dict[str, dict[str, Scores]]) -> Any:
    return {
        "labelled": str(folder),
        "texts": {half: len(each) for half, each in texts.items()},
        "figures": {
            half: {
                name: {kind: asdict(figure) for kind, figure in found._asdict().items()}
                for name, found in figures.items()
            }
            for half, figures in scores.items()
        },
    }


def in_words(figure: Figure, what: str) -> str:
    """A figure with its interval and n, in one line."""
    if figure.value is None:
        return f"none ({figure.n} {what})"
    return f"{figure.value:.3f}  ({figure.low:.3f} to {figure.high:.3f}, n = {figure.n} {what})"
