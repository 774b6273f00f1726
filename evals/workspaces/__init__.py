"""Workspaces that trials run in: sandboxes in memory, served over HTTP.

place           one workspace, at an address of its own
host, lifespan  many of them in one process
starting        the workspace that a case begins with, and the one that its golden calls lead to
calls           calls past HTTP
sign_ins        sign-ins that are made once for each user
recorded        a server that gives the answers of a recording
steady          a clock under which recordings come out alike
"""
