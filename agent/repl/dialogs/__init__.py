"""Questions to the user: choices to walk, forms to fill in, calls to approve.

questions     what is asked in the midst of a turn, by the program or by a server
approvals     the approval of a call, and other questions of yes and no
changes       what a call changes, old and new side by side
desk          puts dialogs on a terminal: their keys, and the draft that is under way meanwhile
dialog        what a question is to a screen
approving     a call with the answers below it
choices       answers side by side
choosing      one of many things, found by typing parts of its name
asking        a form, in the way that the screen can show it
form_filling  a form on the screen
entries       one field of it while it is filled in
filling       what a form asks for beside its fields
line_by_line  a form one line after the other
held_keys     a letter that answers, told from the beginning of a message
rows          as many lines as there is room for
"""
