"""The arguments of `astravue eval`; nothing slow is imported here."""

import argparse

from agent.commands.argument_types import dollars, positive, shard
from agent.commands.command_tree import Branches, Parser

_WHICH_RUN = "its folder, its id, or “last”; “last~1” is the one before"


def add_eval(parser: Parser, commands: Branches) -> None:
    """Add the actions of `astravue eval` to its parser.

    Args:
        parser: Its parser.
        commands: Those that it is one of.
    """
    actions = commands.below(parser, required=True)
    actions.add(
        "record", "make a case of a saved conversation, without secrets and personal data", _add_record
    )
    actions.add("check", "check that each case can be solved, and notices when it is not", _add_check)
    actions.add("run", "try the cases with a model, and score what came of it", _add_run)
    actions.add("replay", "run recorded conversations again, strictly", _add_replay)
    actions.add("rescore", "score a run again, without calls", _add_rescore)
    actions.add("compare", "compare two runs, case by case", _add_compare)
    actions.add(
        "report", "show a run, or write it as HTML, JUnit XML, JSON or a log of inspect-ai", _add_report
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    """Which cases."""
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="only these cases: ids or globs of ids, or paths of files or folders (all unless told)",
    )
    parser.add_argument("--cases", metavar="DIR", default=None, help="the folder of cases (those shipped)")
    parser.add_argument("--suite", metavar="NAME", default="all", help="only the cases of this suite")
    parser.add_argument(
        "--shard", metavar="I/N", type=shard, default=(1, 1), help="only part I of N, for a CI matrix"
    )


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", metavar="N", type=positive, default=None, help="processes (one for each core)"
    )


def _add_record(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="SESSION",
        help="the conversation: its id, the beginning of it, or “last”; with --cases, which cases",
    )
    parser.add_argument("--name", metavar="NAME", default=None, help="what the case is called (by its title)")
    parser.add_argument(
        "--into",
        metavar="DIR",
        default=None,
        help="the folder of cases (evals/cases; with --cases those shipped)",
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--cases", action="store_true", help="record the transcripts of cases anew, from their golden calls"
    )
    other.add_argument("--schema", action="store_true", help="print the JSON Schema of transcripts")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_selection(parser)
    _add_jobs(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as one JSON object")
    form.add_argument("--schema", action="store_true", help="print the JSON Schema of case files, and leave")


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_selection(parser)
    parser.add_argument(
        "--kind",
        choices=["live", "simulated", "replay", "oracle"],
        default=None,
        help="live: a model answers what the case says (the default); simulated: another model plays the "
        "user; replay: the recorded answers, strictly; oracle: the golden calls and answers",
    )
    parser.add_argument(
        "--trials", metavar="N", type=positive, default=None, help="how often each case is tried (once)"
    )
    _add_jobs(parser)
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=positive,
        default=None,
        help="trials at once in each process (4 with an endpoint, 1 with the embedded model, else 8)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="run the trials on the workers of this Dask scheduler, such as tcp://10.0.0.5:8786",
    )
    parser.add_argument("--output", metavar="DIR", default=None, help="an empty folder to keep the run in")
    parser.add_argument(
        "--resume", metavar="RUN", default=None, help=f"go on with a run that was stopped: {_WHICH_RUN}"
    )
    parser.add_argument(
        "--retry",
        action="store_true",
        help="with --resume: try the trials again that say nothing of the model",
    )
    parser.add_argument(
        "--max-cost", metavar="USD", type=dollars, default=0.0, help="stop before it costs more than this"
    )
    parser.add_argument("--user-model", metavar="NAME", default="", help="the model that plays the user")
    parser.add_argument(
        "--judge", metavar="NAME", default="", help="the model that answers the questions for a judge (none)"
    )
    _add_files(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """What a run is written as, beside the summary."""
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.add_argument("--junit", metavar="FILE", default=None, help="write it as JUnit XML")
    parser.add_argument("--html", metavar="FILE", default=None, help="write it as one HTML file")
    parser.add_argument(
        "--inspect", metavar="FILE", default=None, help="write it as a log of inspect-ai, .eval or .json"
    )


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="transcripts, or cases: ids or globs of ids, or their files"
    )
    parser.add_argument("--cases", metavar="DIR", default=None, help="the folder of cases (those shipped)")


def _add_rescore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help=f"the run: {_WHICH_RUN}")
    parser.add_argument("--cases", metavar="DIR", default=None, help="the folder of cases (those shipped)")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help=f"the first run: {_WHICH_RUN}")
    parser.add_argument("after", metavar="B", help="the run that is compared with it, named the same way")
    parser.add_argument(
        "--only-common", action="store_true", help="leave out cases that changed between the runs"
    )
    parser.add_argument(
        "--fail-on",
        choices=["worse", "any"],
        default="worse",
        help="end with 1 when B is worse by more than chance (the default), or when any case is worse",
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help=f"the run, or all parts of one: {_WHICH_RUN}")
    parser.add_argument(
        "--into", metavar="DIR", default=None, help="put the parts of a run together in this folder first"
    )
    _add_files(parser)
