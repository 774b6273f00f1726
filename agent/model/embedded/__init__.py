"""A small language model that runs on this machine: weights, child process, prompt, planner.

A model of this size picks one step well and chains badly. So it is asked once a turn, for one JSON object
that a schema constrains; everything else (ids, dates, follow-ups, tables) is done by code. The modules, in
the order in which a request meets them:

    weights, fetch           which bytes, and how they get here
    hub, pieces              where they come from
    partial_file             what is there of them already
    background               blocking work beside the event loop
    process, server          the child that evaluates them, and the one that starts it
    engine                   HTTP to that child: prefix states, one constrained completion
    naming, wording, prefix  what the model reads before every request
    offer, support, choice   what it is offered beside one request, and what it may answer
    plain                    sentences that settle the call by their grammar
    taking_back              what calls something off, and what must not delete
    leaning                  whether a request wants a call, as far as its grammar tells
    dialogue, entities       what the conversation has talked about
    matching, dates, values  words to ids, days and values
    field_values, criteria   values of custom fields, conditions of saved filters
    reconsider, places       functions and names that the model gets wrong again and again
    repairs                  and values
    plan, pending, planner   the chain of a turn, and its questions to the user
    arguments, lookup        from words to ordinary tool calls
    render, sentences        what a read found, and what a write did
    markdown_tables          tables of a server's records
    answer_reader            the text of an answer while its JSON still comes in
    model                    all of it behind the `Model` protocol
"""

import importlib.util
from pathlib import Path

RUNTIME = "xllamacpp"


def is_available() -> bool:
    """Say whether the runtime of the extra `local` is installed, without importing it."""
    return importlib.util.find_spec(RUNTIME) is not None


def install_command(root: Path = Path(__file__).parents[3]) -> str:
    """The command that installs the extra `local`.

    Args:
        root: Where the package lies; a checkout has a script there that installs what it needs.
    """
    return "./run try" if (root / "run").is_file() else "pip install 'astravue-agent[local]'"
