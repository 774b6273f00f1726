"""Evals: cases that are tried, scored and compared, and conversations that are recorded and replayed.

    state                   what was changed in a workspace
    definitions             what a case is, and how it is read from its file
    workspaces              where a case is tried
    scoring                 whether what a trial did is what its case wants
    trials                  one trial, and who plays in it
    runs                    many trials, and their folder
    statistics, reports     what can be said of a run, and how it is read
    replaying, recording    strict replays; cases out of conversations

A room imports those above it; beside that, scores are given to records of trials, and trials may be replays.
The rest stands by itself: benchmarks, drills, planted orders and the embedded model's own cases.
"""
