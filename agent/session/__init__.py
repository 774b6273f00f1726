"""A running program: settings, sign-in, workspace, model, conversation and transcript put together.

session              turns, calls and what else a front end asks for
options              what makes one session differ from another
assembly             what it answers with, put together piece by piece
backend              the pieces that are slow to import: sign-in, workspace, model
person, notices      whom it serves; what they are told in the midst of a turn
stage, standing      what it waits for; what a toolbar tells
status, account      what `astravue status` tells; the account that is signed in
open_conversation    the conversation that is open
saved_conversations  all of them, as the chat uses them
features             the server's prompts and resources
signing_in           signing in and out
token_use            where tokens go, and what they cost so far
audited_toolbox      writes each call to the audit log
"""
