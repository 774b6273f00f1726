"""The tools that the MCP endpoint offers, one module a category.

catalogue   all of them, each with the handler that does its work
validation  arguments against the input schemas
results     the shapes that results share
view_texts  interactive views as text for a terminal
"""
