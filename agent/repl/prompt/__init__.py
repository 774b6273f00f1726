"""What helps while a message or a command is typed.

completion  what is offered for a slash command
candidates  what can be chosen after a command's name
mentioning  what is offered after an @
suggesting  what is suggested in grey after the cursor
pasting     long pasted texts, one token at the prompt
editor      the draft in an editor of the user's choice
history     what was typed before
"""
