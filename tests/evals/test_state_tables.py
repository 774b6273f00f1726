"""What is known of the sandbox's tables is all there is to know, so that no new column is forgotten."""

from collections import Counter
from collections.abc import Iterator

import pytest

from agent.sandbox.database import Database, open_database
from evals.state.shapes import OPTION_COLOURS
from evals.state.tables import LEFT_OUT, TABLES, Table
from tests.sandbox.sandbox_workspace import ALEX, PRODUCT, demo_workspace


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = open_database(None)
    database.create_schema()
    yield database
    database.close()


def columns_of(database: Database, table: str) -> list[str]:
    return [row["name"] for row in database.rows(" ".join(("PRAGMA table_info(", table, ")")))]


def test_every_table_is_known_or_left_out(database: Database) -> None:
    names = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]

    assert {*TABLES, *LEFT_OUT} == set(names)
    assert not LEFT_OUT & set(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_stands_in_one_place(database: Database, table: Table) -> None:
    assert Counter(table.columns) == Counter(columns_of(database, table.name))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_only_a_column_that_counts_is_replaced(table: Table) -> None:
    assert set(table.replaced) <= set(table.holds)
    assert not set(table.instead) & set(table.columns)
    assert bool(table.instead) <= (table.shape is not None)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_reference_is_followed(database: Database, table: Table) -> None:
    links = database.rows(" ".join(("PRAGMA foreign_key_list(", table.name, ")")))

    assert table.refers == {link["from"]: link["table"] for link in links}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_row_goes_with_its_parents_only_where_the_sandbox_deletes_it(
    database: Database, table: Table
) -> None:
    links = database.rows(" ".join(("PRAGMA foreign_key_list(", table.name, ")")))
    cascading = {link["from"] for link in links if link["on_delete"] == "CASCADE"}

    assert set(table.parents) <= cascading


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_table_stands_after_those_that_its_names_refer_to(table: Table) -> None:
    places = {name: place for place, name in enumerate(TABLES)}
    named = [other for column, other in table.refers.items() if any(column in part for part in table.says)]

    assert all(places[other] < places[table.name] for other in named)


def test_a_key_tells_rows_apart(database: Database) -> None:
    for table in TABLES.values():
        keys = [
            [row["name"] for row in database.rows(" ".join(("PRAGMA index_info(", index["name"], ")")))]
            for index in database.rows(" ".join(("PRAGMA index_list(", table.name, ")")))
            if index["unique"] and not index["partial"]
        ]
        primary = [
            row["name"]
            for row in database.rows(" ".join(("PRAGMA table_info(", table.name, ")")))
            if row["pk"]
        ]
        assert list(table.key) in [primary, *keys], table.name


def test_the_colours_of_options_are_those_that_the_sandbox_gives() -> None:
    workspace = demo_workspace()
    names = [f"Option {number}" for number in range(len(OPTION_COLOURS))]

    workspace.call(
        ALEX,
        "create_custom_field",
        fieldName="Colours",
        fieldType="SINGLE_SELECT_DROPDOWN",
        scope="SPACE",
        spaceId=PRODUCT,
        options=names,
    )

    rows = workspace.database.rows("SELECT color FROM custom_field_options ORDER BY option_id DESC LIMIT 8")
    assert tuple(row["color"] for row in reversed(rows)) == OPTION_COLOURS
    workspace.database.close()
