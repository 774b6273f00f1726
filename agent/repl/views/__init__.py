"""Drawings of what tools answered: tables, boards, timelines and bars of any server's records."""
