"""From MCP tools to function definitions, and the policy that decides which calls ask first.

tool, toolbox           a tool and its result as plain data; what serves them
toolbelt                the server's tools together with this program's functions
local_functions         those functions
effects, names, paging  what a call does; names for ids; lists that come in pages: told by names alone
schema                  from tools to function definitions
keywords, dialects      JSON Schema: its keywords, and its older dialects in the words of the current one
references, bounded     what a `$ref` points to; validators that stop where it leads back
patterns                searches for a schema's patterns, for a moment at most
plain, flat, strict     schemas that every endpoint reads, without combinators, within strict mode
slim                    schemas that are small enough to be offered
catalogue, search       which functions a model is offered, and how it finds the others
arguments               what a model wrote, made to fit and checked
faults                  all that is wrong with them, for the person who wrote them
policy, approval        which calls ask first; who decides, and what they are shown
preview, named          what a call will change; what the user has named
runner                  the calls of one step: checked, approved, run and answered
look_ups                calls that this program makes of its own accord
read_result             reads on in a result that was too long to show
fence                   marks what a tool returns as data and no instruction
"""
