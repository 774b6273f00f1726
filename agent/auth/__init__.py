"""Sign-in, token lifecycle and the vault that keeps tokens encrypted at rest.

discovery       what authorization a server wants, and from whom
encrypted       which addresses tokens may be sent to
registration    how this program becomes known there
sign_in         signing in with a browser, and signing out
browser         the person's half of it: a browser, or an address pasted back
callback        the loopback address that the browser is sent back to
landing_page    the page that it shows then
token_endpoint  requests for tokens, and their revocation
login           what is kept of one sign-in
tokens          always a good access token, renewed ahead of time
refresh         one renewal, under a lock between processes
bearer          the token on each request, and one repetition after a 401
vault           one encrypted file that holds every login and key
sealed          the format of that file
keys            where its key is found, and where a new one is put
keychain        the operating system's keychain, asked so that it cannot hang the program
passphrase      keys from passphrases
unlock          opening a vault whose key is one
model_keys      the keys of model endpoints, kept in the vault
audit           one JSON line for each operation
"""
