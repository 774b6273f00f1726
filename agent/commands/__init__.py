"""One module for each subcommand; each is imported only when its command runs."""
