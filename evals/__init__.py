"""Evals: cases that are tried, scored and compared, and conversations that are recorded and replayed. A room
imports those below it, and none beside or above it:

    reports, recording      how a run is read; cases out of conversations
    statistics              what can be said of a run
    runs                    many trials, and their folder
    trials                  one trial, and who plays in it
    scoring, replaying      whether what a trial did is what its case wants; strict replays
    workspaces              where a case is tried
    definitions             what a case and a trial are, and how a case is read from its file
    state                   what was changed in a workspace

The rest stands by itself: benchmarks, drills, planted orders and the embedded model's own cases.
"""
