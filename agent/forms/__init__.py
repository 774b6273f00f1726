"""Forms that a person fills in: those that a server asks for, and the arguments of a tool."""
