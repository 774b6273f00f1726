"""Scores the embedded model with its real weights.

    python -m evals.embedded [--half shaping|held_out] [--group NAME] [--offer NAME] [--dialogues] [--misses]

Without options everything is run, which takes a quarter of an hour on two cores. `--misses` shows what went
wrong; leave it out for the half that is held out. `--offer` compares ways to select functions, see
`evals.embedded.offers`. The weights are fetched into the folders of this
installation (see `ASTRAVUE_HOME`) when they are missing.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Sequence

from agent.model.embedded.model import EmbeddedModel
from agent.system.folders import find_folders
from evals.embedded.cases import GROUPS, HALVES, Case, load_cases, load_dialogues
from evals.embedded.dialogues import try_dialogue
from evals.embedded.offers import OFFERS, OfferFor
from evals.embedded.scoring import Outcome, try_case


def main(arguments: Sequence[str]) -> None:
    """Score what was asked for and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.embedded")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--group", choices=GROUPS)
    parser.add_argument("--offer", choices=OFFERS, default="own")
    parser.add_argument("--dialogues", action="store_true", help="only the dialogues")
    parser.add_argument("--misses", action="store_true", help="show what went wrong")
    options = parser.parse_args(arguments)
    halves = [] if options.dialogues else [half for half in HALVES if options.half in (None, half)]
    groups = [group for group in GROUPS if options.group in (None, group)]
    with_dialogues = options.dialogues or (options.half is None and options.group is None)
    offer_for = OFFERS[options.offer]()
    asyncio.run(_score(halves, groups, offer_for, with_misses=options.misses))
    if with_dialogues:
        asyncio.run(_converse(options.misses))


async def _score(
    halves: Sequence[str], groups: Sequence[str], offer_for: OfferFor, *, with_misses: bool
) -> None:
    model = _make_model()
    try:
        for half in halves:
            cases = load_cases(half)
            outcomes: list[Outcome] = []
            for group in [group for group in groups if group in cases]:
                found = [await _try(model, case, offer_for, with_misses) for case in cases[group]]
                _tell(f"{half}, {group}: {summarise(found)}")
                outcomes += found
            _tell(f"{half}: {summarise(outcomes)}")
    finally:
        await model.aclose()


def _make_model() -> EmbeddedModel:
    return EmbeddedModel(find_folders(os.environ), on_progress=lambda _text, _fraction: None)


async def _try(model: EmbeddedModel, case: Case, offer_for: OfferFor, with_misses: bool) -> Outcome:
    outcome = await try_case(model, case, offer_for)
    if with_misses and not outcome.is_right:
        _tell(f"  {case.request!r}\n    {outcome.choice.to_json()}")
    return outcome


async def _converse(with_misses: bool) -> None:
    outcomes = [await try_dialogue(_make_model(), says) for says in load_dialogues()]
    for outcome in outcomes:
        if with_misses and not outcome.is_right:
            for exchange in outcome.exchanges:
                _tell(f"  > {exchange.said}\n    {exchange.answer}")
    _tell(f"dialogues: {sum(outcome.is_right for outcome in outcomes)} of {len(outcomes)} right")


def summarise(outcomes: Sequence[Outcome]) -> str:
    """The figures of some cases in a line."""
    wanted = [outcome for outcome in outcomes if outcome.case.wanted]
    unwanted = [outcome for outcome in outcomes if not outcome.case.wanted]
    parts: list[str] = []
    if wanted:
        right = sum(outcome.is_right for outcome in wanted)
        right_tool = sum(outcome.is_right_tool for outcome in wanted)
        parts.append(f"{right} of {len(wanted)} right ({right / len(wanted):.0%}), {right_tool} right tool")
    if unwanted:
        needless = sum(not outcome.is_right for outcome in unwanted)
        parts.append(f"{needless} needless calls of {len(unwanted)} ({needless / len(unwanted):.1%})")
    seconds = statistics.median(outcome.seconds for outcome in outcomes)
    return f"{'; '.join(parts)}; median {seconds:.1f} s"


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
