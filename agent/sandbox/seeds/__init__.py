"""Seeds: readable TOML files that a new workspace is filled from, a file or a folder of them each.

Days are counted from the day of seeding (UTC): `due = -3` is three days ago, at 17:00. Ids are given, or
follow the order of the files, so that a seed makes the same ids every time. The seed `large` says only
the shape of a company; `generator` invents its work, the same every time.
"""
