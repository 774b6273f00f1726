"""Workflows: prompts for recurring jobs, written as Markdown files with front matter."""
