"""What a trial changed in its workspace, as rows that can be compared."""
