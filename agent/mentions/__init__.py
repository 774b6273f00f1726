"""Finding people, projects and tasks of the server by their names while somebody types, and reading mentions.

mention  a thing with its name, how it is written in a message, and how it is read there
sources  which of a server's tools list or search things, by what they are called and what they take
reading  the things that such a tool answers with
finder   what is known at once, and what a bounded number of calls adds to it
"""
