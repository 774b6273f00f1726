"""Many trials: planned, run, kept and gone on with.

run, manifest        a run, and what it is made with
running              gives trials out, keeps and scores what comes back
engine, processes    trials in this process, and in several of this machine
worker, messages     the program of such a process, and what is said to it
distributed, remote  trials on other machines, and what a worker there does
replays              strict replays of many recordings
scorer, tally        scores trials as they end, and counts them
folder, index        the folder of a run, and where each trial stands in it
line_files           files of JSON objects that only grow
event_files          the events of trials
json_fields          reads JSON that this program wrote
manifest_json        manifests as JSON
record_json          records of trials as JSON
score_json           scores as JSON
reading, finding     reads a run back; finds the one that somebody means
joining, mixing      puts parts of a run together; whether two can be compared
rescoring, checking  scores again; whether cases hold
commands             the commands that messages name
"""
