"""Language models behind one protocol: adapters, the stream accumulator, the embedded and scripted models.

protocol               what the rest of the program sees of a model: one request, one stream of items
selection              which model answers
opening                from that choice to a model that can be asked
listing, addresses     what an endpoint says it has; where it is
endpoint, http_client  one model of one endpoint over HTTP, and the client for all of them
retries, refusals      when a request is sent again; why it failed, in one sentence
stream_errors          how an answer that began well ends badly
capabilities           what an endpoint refuses or wants, learnt and remembered
chat_completions       the adapter to Chat Completions
accumulator            puts its stream together: text, calls and tokens
answer_text, halves    the text of a stream, and characters that were cut in two
call_fragments         the calls of a stream
usage_counts           the tokens that an answer took
responses              the adapter to the Responses API
responses_input        a history as its input items
responses_reader       puts its stream together
server_sent            server-sent events
typescript             function definitions as OpenAI's models read them
wording                how parts of a history read for a model
prices                 what an answer costs
scripted               a model that says what it was told to say
check, check_embedded  whether a model can be used, and the embedded one
"""
