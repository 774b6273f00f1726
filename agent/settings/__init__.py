"""The settings: each said once, read with the origin of its value, written one by one."""
