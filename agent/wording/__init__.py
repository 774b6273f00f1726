"""Small things put in words.

addresses          addresses of servers, without what may be secret in them
durations, expiry  lengths of time; when a sign-in ends
moment             what a model is told of the moment
hints, suggesting  what helps; the name that was meant
bars               how far something is
"""
