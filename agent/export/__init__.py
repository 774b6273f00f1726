"""Saved conversations as documents for people: Markdown and HTML.

document   what an exported conversation holds, whatever its form
reading    makes it out of a transcript
redaction  what of a text may leave
tables     the list that a tool answered with, as a table
markdown   a document as Markdown
html       a document as one HTML file
head       the head of such a file, which fetches nothing
writing    writes the file where the user wants it
"""
