"""How writes are taken back: what is noted of each, and what is called to undo it.

journal           watches the writes of a conversation
before            what is found out before a write
noting, record    what is noted after it; the note itself
log               the writes, and which of them may be taken back
rules, templates  how each tool is undone; arguments that are filled in
guessing          how a creation is undone where no rule is known
reading           finding out how a thing is now
plan, wording     what `/undo` is about to do, in words
"""
