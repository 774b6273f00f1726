"""What a case and a trial are, and how a case is read from its file.

case, trial        what a case is; what is to be tried of it, and what is kept
reading            case files, read and put in order
selection          which of them are wanted
documents, fields  YAML that knows its lines; fields, taken out one by one and checked
problems           what is wrong with a file, each fault with its line
beginnings         the workspace, who is signed in, and where they are
turns, calls       what the user says and does; golden calls and rules about calls
references         arguments that stand for what an earlier call gave
tools              the tools that a case may name
expectations       what has to come of it
recorded_server    what a server answered in a recording
digests, case_key  a hash of all that decides a case; a case in a cache
"""
