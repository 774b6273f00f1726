"""One module for each subcommand; each is imported only when its command runs. Beside them stand:

running           runs what a command line asks for, and says what went wrong
command_line      the parser of the whole command line
command_tree      parsers that are made in full only where a command line names them
arguments         the arguments of commands without actions below them
action_arguments  those of commands with actions
eval_arguments    those of `astravue eval`
argument_types    types of arguments, each with its own complaint
completing        what a shell completes
common            what most commands begin with: folders, settings, the log file
questions         the question of a run that nobody watches
hidden            asks for a secret without showing it
passphrase        asks for the vault's passphrase in that way
stored_keys       the stored keys of model endpoints
output            what a turn without a chat leaves behind
progress          standard error: lines for people, and what is being waited for
eval_progress     how far a run is
eval_models       the models of a run
columns           lists on standard output
json_lines        JSON on standard output
"""
