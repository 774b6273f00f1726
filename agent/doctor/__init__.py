"""What may be wrong with an installation, found by looking only: nothing is written, renewed or paid for.

finding      what a check found, and what to do about it
case         what is looked at
opening      begins an examination without holding up the prompt
examination  all checks side by side, each with a bound, in a stable order
terminal     what output is shown on
versions     of this program and of the libraries it was made for
places       the settings, the folders and the disk
network      the way to the server, and its clock
sign_in      discovery, keychain, vault and the stored sign-in
server       the MCP handshake
model        the model's endpoint, or the embedded model
tracing      where spans go, if the environment asks for them
"""
