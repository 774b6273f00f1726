"""A running program: settings, sign-in, workspace, model, conversation and transcript put together."""
