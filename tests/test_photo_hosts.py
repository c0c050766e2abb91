"""The setting that names the hosts of citizens' photos."""

from __future__ import annotations

import pytest

from jsc_project.photo_hosts import is_listed, read_hosts


@pytest.mark.parametrize(
    ("entry", "host_name", "source", "listed"),
    [
        ("foto.id", "foto.id", "qlue", True),
        ("foto.id", "a.foto.id", "qlue", False),
        ("*.foto.id", "a.b.foto.id", "qlue", True),
        ("*.foto.id", "foto.id", "qlue", False),
        ("*.foto.id", "jahatfoto.id", "qlue", False),
        ("qlue=foto.id", "foto.id", "qlue", True),
        ("qlue=foto.id", "foto.id", "jaki", False),
        ("FOTO.id", "foto.id", "qlue", True),
    ],
)
def test_the_list_of_hosts_means_what_it_says(entry: str, host_name: str, source: str, listed: bool) -> None:
    assert is_listed(host_name, source, read_hosts([entry])) is listed


@pytest.mark.parametrize(
    "entry",
    ["https://foto.id", "foto.id:443", "foto.id/x", "127.0.0.1", "::1", "2130706433", "*", "*.*", "a b=foto.id", "id"],
)
def test_an_entry_that_is_no_host_name_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        read_hosts([entry])
