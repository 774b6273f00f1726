"""The authorization server: discovery, registration, sign-in and consent, tokens, revocation.

endpoints       the JSON endpoints: metadata, registration, tokens, revocation
sign_in, pages  the page on which a person signs in and approves; its HTML
clients         registered clients
tokens          authorization codes, access tokens and refresh tokens
secrets         random tokens, and the form in which they are stored
errors          errors in the words of the RFCs
"""
