"""Strict replay: a recorded conversation again, in which every request has to be the recorded one."""
