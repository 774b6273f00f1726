"""What people and machines read of a run.

summary, compared  a run, and two of them, as lines for a terminal
terminal, words    how wide that is, and in which colours; figures as people read them
json_report        a run as JSON
figures_json       figures as JSON
junit              a run as JUnit XML
html               a run as one HTML file, whose parts are in `page`
inspect_log        a run as a log of `inspect-ai`
inspect_samples    its trials
inspect_messages   their conversations
cleaning           what of a run's texts a report may tell
"""
