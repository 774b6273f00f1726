"""What the operating system gives: folders, private files, children, streams, certificates, the log file."""
