"""What can be computed about a plan: cycles, the critical path, what is blocked."""
