"""The authorization server: discovery, registration, sign-in and consent, tokens, revocation."""
