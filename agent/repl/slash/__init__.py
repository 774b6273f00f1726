"""The slash commands, a module each: what happens when one is given."""
