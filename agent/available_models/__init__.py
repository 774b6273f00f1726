"""The models one could use, where they are looked for, and another one in place of the one that answers."""
