"""Strict replay: a recorded conversation again, in which every request has to be the recorded one.

targets           what is to be replayed
reading, turns    recordings, and the turns in them
requests          what a recorded program must have sent, and what came of it
strict_model      a recorded answer to the recorded request alone
comparing         a request and the recorded one, part by part
difference        the first difference, as people read it
events, volatile  what of events is compared; what is never the same
offered           the functions that were offered
summarising       summaries where they were made, however much the model could read
"""
