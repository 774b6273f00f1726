"""What a trial changed in its workspace, as rows that can be compared.

changes, rows  what was changed; the rows in which two snapshots differ
tables         what names a row of each table, and which columns count
shapes         columns that count in part
naming         names of rows that are the same in every run
leaving_out    columns that may hold anything
difference     what is otherwise than the goal, as lines for people
"""
