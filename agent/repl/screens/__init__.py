"""What the chat draws on, and the keys that are typed there.

screen      what every screen can do, and what it is told by whoever holds the keyboard
terminal    real terminals: scrollback above, below it what is under way, the prompt and a toolbar
dumb        terminals that can only print
live        what is under way, drawn so that it fits
rewrapping  what a terminal does with that when its window is resized
toolbar     the line below the prompt
keys        the keys of the prompt
appearance  the theme that is in use
styles      the prompt, the toolbar and the menu in its colours
"""
