"""README's figures are those of the JSON beside it."""

from __future__ import annotations

import json

import pytest

from tests.scoreboard.readme import BEGIN, END, PUBLISHED_JSON, README, in_readme, merged, table
from tests.scoreboard.record import record_append
from tests.scoreboard.test_figures import record


def test_the_table_is_what_was_measured() -> None:
    assert table(json.loads(PUBLISHED_JSON.read_text(encoding="utf-8"))) in README.read_text(encoding="utf-8")


def test_only_the_table_is_replaced() -> None:
    found = {"checks": {}}
    assert in_readme(f"a\n{BEGIN}\nold\n{END}\nb", found) == f"a\n{table(found)}\nb"
    with pytest.raises(ValueError, match="README has no"):
        in_readme("a", found)


def test_seeds_that_chose_are_never_published(tmp_path) -> None:  # type: ignore[no-untyped-def]
    record_append(tmp_path / "results.jsonl", record(seed=7))
    with pytest.raises(ValueError, match="cannot be published"):
        merged([tmp_path])
    (tmp_path / "results.jsonl").unlink()
    record_append(tmp_path / "results.jsonl", record(seed=10_000_000, version="9"))
    record_append(tmp_path / "results.jsonl", record("CONTRADICTED", seed=10_000_001, version="10"))
    counts = merged([tmp_path])["checks"]["congestion"]["counts"]
    assert counts["positive"]["CONTRADICTED"] == 1
    assert counts["positive"]["SUPPORTED"] == 0


def test_real_material_is_told_in_one_sentence_below_the_table() -> None:
    clip = {"file": "a.mp4", "check": "crowd", "verdict": "SUPPORTED", "right": False}
    found = {"checks": {}, "real": {"clips": [clip, {**clip, "file": "b.mp4", "right": True}]}}
    assert "2 real clips" in table(found) and "1 of 2 answers not wrong, 1 of the wrong ones SUPPORTED." in table(found)
    assert "real clips" not in table({"checks": {}, "real": None})
