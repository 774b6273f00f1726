"""What text in a terminal is drawn with; imports no terminal library.

sanitize         text that others wrote, without what would steer the terminal
widths           how wide text is; cut, filled and wrapped by that
columns          rows of cells beside or below one another
identifiers      names such as `listTasks` in words
themes           a style for each meaning, as plain data
palette          text in the style of its meaning
markdown_blocks  where the blocks of a growing Markdown text end
"""
