"""The contract's page and the code say the same."""

from rig.docs import CONTRACT, TABLES, render


def test_the_tables_are_those_of_the_code() -> None:
    page = CONTRACT.read_text(encoding="utf-8")
    assert page == render(page), "docs/contract.md is stale: run script/docs"


def test_every_table_stands_on_the_page() -> None:
    page = CONTRACT.read_text(encoding="utf-8")
    for name in TABLES:
        assert f"<!-- table: {name} -->" in page
