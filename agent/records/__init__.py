"""What any server's results say of tasks, people, statuses and hours, whatever it calls them.

fields        keys without case and punctuation; names, texts and people behind them
days          days and moments, read and put in words
statuses      where a task stands, and the workflow it goes through
time_entries  who worked how long on what
records       the list that a result is about: tasks, time entries or other rows
columns       which columns a table of them shows, and each value in words
"""
