"""Drawings of what tools answered: tables, boards, timelines and bars of any server's records.

sources           where drawings come from: the conversation, or a few reads
finding           which of a server's tools list what is to be drawn
layout            cells and columns that fit a window
table, board      records in rows; tasks as cards by status
timeline          tasks by the day they are due
hours, timesheet  where the time went, as bars; who or what against days
result            what a call by hand answered
hint              tells once that there is more to see than words
"""
