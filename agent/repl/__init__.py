"""The chat in the terminal: input, rendering, slash commands and dialogs."""
