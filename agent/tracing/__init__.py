"""OpenTelemetry spans of turns, when the user's environment asks for them and never otherwise.

wish     what the environment asks for; imports nothing of OpenTelemetry
tracing  what a session holds: does nothing unless asked to
spans    a reader of events that makes a span of each turn, step and tool call
toolbox  makes the spans of the MCP client children of the call that they belong to
export   what sends spans, without what they must not hold
"""
