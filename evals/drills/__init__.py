"""Drills: what is promised about sign-in and connection, tried on a sandbox that misbehaves.

sharing, killing  eight processes with one login; `kill -9` in the midst of a refresh
cancelling        a refresh that is cancelled at every await
clock_jumps       a clock that jumps
full_disk         a disk that is full
hanging_keychain  a keychain that never answers
hanging_backend   the keyring backend that does that
steps             something happens at each step of a conversation
sandbox           the sandbox, and the hand that makes it misbehave
home, window      an installation; one window of it without a screen
window_process    a handle on windows in a process of their own
child             the program of that process
turns             turns of a real session that can be stopped in mid-sentence
figures           what a drill found out
"""
