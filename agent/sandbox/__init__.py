"""Astravue on this machine: an authorization server and an MCP server over a SQLite database.

server              starts it: arguments, data folder, socket, the line that says it is ready
app, app_views      the web application, and the pages of interactive views
guard, rate_limit   what stands before the MCP endpoint: host check, bearer token, rate limit
mcp_endpoint        lists the tools in pages and runs them
mcp_caller          who sends a request
mcp_texts           prompts, resources and completions over MCP
prompt_catalogue    the prompts
resource_catalogue  the resources
database, storage   the SQLite file, and the folder that it lies in
clock               the one place that tells the time
passwords           password hashing
errors              what is refused, and why

Below it: `domain` (the workspace itself), `tools`, `oauth` (its authorization server), `seeds` (what a new
workspace holds) and `control` (what tests and drills make it do).
"""
