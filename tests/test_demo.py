"""The demo, as the user runs it, and as a power cut leaves it.

The expected verdicts are the truth that the renderer knows about its scenes
(fixtures/footage/scenes.json), reached through the model's own detections.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

TRUTH = {
    # (category, kelurahan): what the scene there shows at the time of the report
    ("kemacetan", "Karet Kuningan"): "SUPPORTED",
    ("kemacetan", "Cilandak Barat"): "CONTRADICTED",
    ("parkir_liar", "Cikini"): "SUPPORTED",
    ("parkir_liar", "Kebon Sirih"): "CONTRADICTED",
    ("parkir_liar", "Kampung Bali"): "SUPPORTED",
    ("parkir_liar", "Pinangsia"): "SUPPORTED",
    ("parkir_liar", "Selong"): "INCONCLUSIVE",
    ("kemacetan", "Senen"): "INCONCLUSIVE",
    ("parkir_liar", "Mampang Prapatan"): "INCONCLUSIVE",
    ("jalan_rusak", "Cilandak Barat"): "UNOBSERVABLE",
    ("kemacetan", "Kelapa Gading Timur"): "UNOBSERVABLE",
}


def demo(var: Path, *extra: str, **env: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JSC_", "DATABASE_", "CELERY_"))}
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--once", "--json", "--port", "0", *extra]
    return subprocess.Popen(
        command, cwd=ROOT, env={**clean, "JSC_VAR_DIR": str(var), **env}, stdout=subprocess.PIPE, text=True
    )


def summary_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=900)
    assert process.returncode == 0, out[-2000:]
    return dict(json.loads(out.strip().splitlines()[-1]))


def essence(summary: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted((r["category"], r["kelurahan"] or "", r["verdict"] or "", r["others"]) for r in summary["rows"])


def group(pid: int) -> list[int]:
    """Every process of the demo: the command itself and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text().rsplit(")", 1)
            children.setdefault(int(parts[1].split()[1]), []).append(int(parts[0].split()[0]))
        except (OSError, IndexError, ValueError):
            continue
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def test_a_demo_that_has_ended_does_not_leave_dead_addresses_unexplained() -> None:
    from rich.console import Console

    from reports.demo.run import _say_ended

    told = StringIO()
    _say_ended(8123, Console(file=told, width=160))
    lines = told.getvalue()
    assert "tidak menjawab lagi" in lines and "service is stopped" in lines
    assert f"{sys.executable} manage.py demo --port 8123\n" in lines, "one line, to be copied"
    assert "--once" not in lines.split("manage.py demo")[1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    var = tmp_path_factory.mktemp("demo") / "var"
    return {**summary_of(demo(var)), "var": str(var)}


@pytest.mark.slow
def test_every_verdict_agrees_with_what_the_scene_shows(undisturbed: dict[str, Any]) -> None:
    told = {(r["category"], r["kelurahan"]): r["verdict"] for r in undisturbed["rows"]}
    assert {key: told.get(key) for key in TRUTH} == TRUTH


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_and_all_four_verdicts_are_shown(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["reports"] == 40
    assert undisturbed["lost"] == undisturbed["doubled"] == undisturbed["dead"] == 0
    assert undisturbed["out_of_area"] == 1
    assert all(undisturbed["verifications"].values())
    assert max(row["others"] for row in undisturbed["rows"]) >= 3
    assert undisturbed["detector"]["sha256"]


@pytest.mark.slow
def test_run_again_it_resumes_and_tells_the_same(undisturbed: dict[str, Any]) -> None:
    again = summary_of(demo(Path(undisturbed["var"])))
    assert {k: v for k, v in again.items() if k != "seconds"} == {
        k: v for k, v in undisturbed.items() if k not in {"seconds", "var"}
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_killed_processes_change_nothing(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    seed = int(os.environ.get("JSC_CHAOS_SEED", random.randrange(10**6)))
    print("JSC_CHAOS_SEED", seed)
    chance = random.Random(seed)
    var = tmp_path / "var"
    for _ in range(2):
        process = demo(var)
        # Past the imports of the command, so that there are children to hit.
        time.sleep(chance.uniform(6, 25))
        for _ in range(chance.randrange(1, 4)):
            victims = group(process.pid)[1:]
            if victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
            time.sleep(chance.uniform(0.5, 4))
        process.kill()
        process.communicate()
    assert essence(summary_of(demo(var))) == essence(undisturbed)


@pytest.mark.slow
def test_other_weights_give_other_verdicts(undisturbed: dict[str, Any], tmp_path: Path, testdata: Path) -> None:
    """The verdicts come from the detections: a model that knows nothing of these scenes cannot reach them."""
    weights = testdata / "weights" / "yolov8n_int8.onnx"
    other = summary_of(demo(tmp_path / "var", JSC_WEIGHTS=str(weights)))
    assert other["detector"]["sha256"] != undisturbed["detector"]["sha256"]
    assert essence(other) != essence(undisturbed)
