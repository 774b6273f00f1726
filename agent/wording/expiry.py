"""When a sign-in ends, in words."""


def describe_expiry(expires_at: float | None, now: float, *, is_renewed: bool) -> str:
    """Say how long an access token lives.

    Args:
        expires_at: Unix seconds; None when the server did not say.
        now: Unix seconds.
        is_renewed: There is a refresh token.
    """
    if expires_at is None:
        return "the access token has no known expiry"
    minutes, seconds = divmod(max(0, round(expires_at - now)), 60)
    then = "is renewed by itself" if is_renewed else "cannot be renewed"
    return f"the access token lives for {minutes} min {seconds} s and {then}"
