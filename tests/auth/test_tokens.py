import pytest
from auth_home import Home

pytestmark = pytest.mark.anyio


async def test_x(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    assert await tokens.access_token() == login.access_token
    home.clock.now += 1800
    t = await tokens.access_token()
    assert t != login.access_token
    t2 = await tokens.newer_than(t)
    assert t2 not in (None, t)
    await tokens.aclose()
    assert home.server.refreshes == 2
