"""Sign-in, token lifecycle and the vault that keeps tokens encrypted at rest."""
