"""Makes transcripts and cases: of conversations that were saved, and of the cases there are.

of_session, of_cases   a case of a saved conversation; the transcripts of cases anew
golden, facts          turns, golden calls and what has to come of them; what an answer was told by results
trying, checking       which way gives a case that can be replayed; what its author has to add
answers, listing       what a server answered; the tools it listed
snapshots, tables      a snapshot of the sandbox, and what its tables tell
canonical, yaml_text   a trial as always the same bytes; YAML as a person would write it
masking                takes out what is nobody else's business
secrets, labels        finds keys and passwords, by their looks and by what is said of them
people, names, phones  finds names, addresses and telephone numbers
words, invented        words that need care; people who are nobody
pseudonyms             what stands in their place
"""
