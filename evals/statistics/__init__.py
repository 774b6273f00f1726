"""What can be said of a model from a number of trials."""
