"""One trial: a case tried once, and what is kept of it.

running          the real session before the workspace of a case
players, plays   who plays the model and the user
oracle           the golden calls and answers
mutants          the same with one mistake each
alternatives     other values for arguments
wrong_answers    other facts in answers
replay           a strict replay
live, simulated  a real model, and a user that is played by one
judging, asking  a model that judges; one request beside the conversation
choosing         the models of a run
open_models      models that the trials of a process share
failures         what failed around a model, told from what it did wrong
spending, watch  what a trial took: tokens, money and time
"""
