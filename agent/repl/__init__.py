"""The chat in the terminal: input, rendering, slash commands and dialogs.

opening            opens a chat on the screen that the terminal allows
chat               takes what is typed, one thing after the other, and shows what comes of it
host               what it needs of the program behind it
reader             the events of a turn, read onto a screen
lines              tool calls and errors in one line each
parts              a line of several parts, cut where it matters least
spoken             what goes on, in words to be read aloud
outgoing           the message that is made of what was typed
attaching          resources of the server that a message names
fetched            lists that are fetched in the background
server_lists       the server's prompts and resources, fetched in that way
server_prompts     the server's prompts as slash commands
workflow_commands  workflows as slash commands
commands           the slash commands: their names, their help and how a line is read
command_context    what a slash command works with
tables             lists of commands and tools
findings           what an examination found
compacting         what is shown of a summary
undoing            what would be taken back, and whether to
recalling          where a conversation was left
lane               lets one command write after the other
leaving            what a signal to leave means

The screens, the prompt, dialogs, answers, slash commands and drawings have rooms of their own below.
"""
