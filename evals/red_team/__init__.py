"""Injections against a model that obeys them all: what nobody approved must not happen."""
