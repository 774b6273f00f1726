"""The control API: what tests and evaluations use to make the sandbox misbehave on purpose."""
