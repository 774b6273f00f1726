"""How well the embedded model turns requests into calls, with its real weights.

    cases, scoring    requests with the calls that they want, and what a call comes down to
    functions         what the model chooses from
    dialogues         conversations in which "it" has to mean the right thing

Requests come in two halves. `shaping.json` may shape the prompt and the code; `held_out.json` only measures
them, and what goes wrong in it is not looked at before a release.
"""
