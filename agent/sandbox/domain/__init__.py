"""The workspace itself: spaces, projects, tasks, comments and time, and who may do what."""
