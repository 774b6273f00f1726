"""The answers of a model, as Markdown that streams in.

markdown         finished parts are written for good, only the tail may still change
rendering        Markdown blocks drawn with rich
rendered_tables  their tables, of which no cell is cut
spoken_markdown  the same in plain words, to be read aloud
"""
