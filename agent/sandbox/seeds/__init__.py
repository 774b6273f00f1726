"""Seeds: readable TOML files that a new workspace is filled from, a file or a folder of them each.

Days are counted from the day of seeding (UTC): `due = -3` is three days ago, at 17:00. Ids are given, or
follow the order of the files, so that a seed makes the same ids every time. The seed `large` says only
the shape of a company; `generator` invents its work, the same every time.

reader        reads the files of a seed
planter       fills an empty database from it
task_planter  the tasks, with everything that hangs on them
workplace     what has been made so far, by the names in the files
batch         rows that are written table by table
generator     invents the work of a large company
draws         draws of lots that come out the same everywhere
"""
