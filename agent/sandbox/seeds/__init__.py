"""Seeds: readable files that a new workspace is filled from, one TOML file each.

Days are counted from the day of seeding (UTC): `due = -3` is three days ago, at 17:00. Ids are given, or
follow the order of the file, so that a seed makes the same ids every time.
"""
