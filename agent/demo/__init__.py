"""The demo company of `astravue try`: the sandbox as a child process, and a user who signs in to it."""
