"""The MCP connection: supervisor, transport seams, listings and results.

workspace         everything that a conversation asks of one server
supervisor        at most one connection, and a new one where it was lost
connection        one connection, in a task of its own
http, failure     an answer to every request, whatever the network did; why there was none
streams, repair   results mended on their way in, before strict validation sees them
results, schemas  results as plain data; which schemas can be used
incoming          what a server does of its own accord
sign_in_gate      one question for a sign-in, however many requests were refused
templates         addresses of resources that want values
"""
