"""Bundles: described once, checked, built, and in step with their READMEs."""

import json
from pathlib import Path
import shutil
from typing import Any, Final

import pytest
from workbench import Bus, Coffin, run_micropython
import yaml

from custom_components.atelier.wire.info import INFO_LIMIT, parse_info
from forge.firmware import readme
from forge.firmware.__main__ import main
from forge.firmware.bundles import load
from forge.firmware.compile import LIBRARY, build
from forge.firmware.problems import BundleError
from rig.places import BUNDLES

NAMES: Final = sorted(path.parent.name for path in BUNDLES.glob("*/bundle.yaml"))
#: Those that speak docs/contract.md.
PROPS: Final = [name for name in NAMES if load(BUNDLES / name, LIBRARY).kind == "prop"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the example, as a newcomer does."""
    return Path(shutil.copytree(BUNDLES / "example_prop", tmp_path / "my_prop"))


def change(folder: Path, path: str, value: Any) -> None:
    """Change one place in a bundle.yaml; None takes it away."""
    file = folder / "bundle.yaml"
    description = yaml.safe_load(file.read_text())
    *parents, last = path.split(".")
    place = description
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    file.write_text(yaml.safe_dump(description, allow_unicode=True, sort_keys=False))


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_is_in_step(name: str) -> None:
    """The tables are those that the description makes."""
    bundle = load(BUNDLES / name, LIBRARY)
    assert not readme.refresh(bundle, write=False), f"run: python -m forge.firmware readme {name}"


@pytest.mark.parametrize("name", PROPS)
def test_info_is_understood_by_home_assistant(name: str, tmp_path: Path) -> None:
    """What a board publishes is read without a single rejection, and is small enough."""
    built = build(BUNDLES / name, tmp_path)
    payload = json.loads((built.folder / "bundle.json").read_text()) | {
        "name": "Name",
        "board": "esp32",
        "serial": "0" * 12,
        "boot": "0" * 12,
        "address": "192.0.2.1",
    }
    encoded = json.dumps(payload, ensure_ascii=False).encode()

    parsed = parse_info(encoded)

    assert not parsed.rejections
    assert len(encoded) < INFO_LIMIT
    assert set(parsed.info.capabilities.actions) == set(built.bundle.sections["actions"])
    assert set(parsed.info.capabilities.events) == set(built.bundle.sections["events"])
    assert parsed.info.firmware_hash == built.hash


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_both_names(name: str) -> None:
    """Each id has an English and an Italian name."""
    bundle = load(BUNDLES / name, LIBRARY)
    for section in ("states", "actions", "telemetry", "settings", "events", "presets"):
        for key, item in bundle.sections[section].items():
            assert set(item["name"]) == {"en", "it"}, f"{section}.{key}"


def test_a_build_is_the_same_anywhere(tmp_path: Path) -> None:
    """The hash is of what runs; a new build leaves nothing of the one before."""
    one = build(BUNDLES / "coffin_jumper", tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "scare.mpy").write_bytes(b"old")
    (tmp_path / "b" / "config.json").write_text("{}")
    other = build(BUNDLES / "coffin_jumper", tmp_path / "b")

    assert one.hash == other.hash
    assert not (tmp_path / "b" / "scare.mpy").exists()
    assert (tmp_path / "b" / "config.json").exists()
    compiled = build(BUNDLES / "coffin_jumper", tmp_path / "b", mpy=True)
    assert compiled.hash != one.hash
    assert compiled.code_size < one.code_size / 2
    assert not (tmp_path / "b" / "scare.py").exists()


async def test_the_example_runs(bus: Bus, broker: Any, tmp_path: Path) -> None:
    """The template does what its README says."""
    built = build(BUNDLES / "example_prop", tmp_path / "built", mpy=True)
    prop = Coffin(broker.port, tmp_path, built.folder)
    await prop.build()
    prop.keep()
    try:
        await prop.switch_on()
        await bus.hear("state", "armed")
        await prop.edge("pir")
        await bus.hear("event", type="activated", source="pir")
        await bus.hear("telemetry", lamp=True)
        await prop.advance(4000)
        await bus.hear("event", type="finished")
        assert (await bus.ask("trigger"))["reason"] == "lockout"
        assert (await bus.ask("disarm"))["ok"]
        assert (await bus.ask("trigger"))["reason"] == "blocked"
        assert (await bus.ask("arm"))["ok"]
        await prop.advance(5000)
        assert (await bus.ask("trigger", duration=60_001))["reason"] == "out_of_range"
        assert (await bus.ask("trigger", duration=500))["ok"]
        await prop.advance(1000)
        assert not (await prop.snapshot())["outputs"]["lamp"]
        assert (await bus.ask("reset_counter"))["ok"]
        await bus.hear("telemetry", triggers=0)
        assert " ".join(bus.words("state")) == "armed active armed disarmed armed active armed"
    finally:
        await prop.kill()


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("version", "1.0", "version"),
        ("name", "Prop", "name"),
        ("boards", ["toaster"], "boards"),
        ("boards", None, "boards"),
        ("files", ["../prop.py"], "files"),
        ("files", ["prop.py", "gone.py"], "files"),
        ("files", ["main.py"], "files"),
        ("app", "os", "app"),
        ("presence", "os", "presence"),
        ("modules", ["pir", "../../x"], "modules"),
        ("modules", ["laser"], "modules"),
        ("states.booting", None, "states"),
        ("states.armed.name.it", None, "states.armed"),
        ("actions.trigger.role", "fire", "actions.trigger.role"),
        ("actions.Trigger", {"name": {"en": "x", "it": "x"}}, "actions.Trigger"),
        ("actions.trigger.params.duration.type", "integer", "actions.trigger.params.duration.type"),
        ("settings.hold.min", None, "settings.hold"),
        ("settings.hold.default", None, "settings.hold"),
        ("settings.hold.default", -1, "settings.hold.default"),
        ("settings.hold.min", 700_000, "settings.hold"),
        ("settings.hold.minimum", 1, "settings.hold.minimum"),
        ("settings.hold", "5 s", "settings.hold"),
        ("telemetry.triggers.type", "text", "telemetry.triggers.counter"),
        ("presets.blink.action", "flash", "presets.blink.action"),
        ("presets.blink.params.duration", 0, "presets.blink.params.duration"),
        ("presets.blink.params.colour", 0, "presets.blink.params.colour"),
        ("pins.lamp.max_on_ms", None, "pins.lamp.max_on_ms"),
        ("pins.lamp.chip", "ne555", "pins.lamp.chip"),
        ("pins.lamp.gpio", 4, "pins.lamp.gpio"),
        ("pins.lamp.gpio", 99, "pins.lamp.gpio"),
        ("pins.lamp.wire", None, "pins.lamp.wire"),
        ("pins.lamp.direction", "both", "pins.lamp.direction"),
        ("player", {"status": "gone"}, "player.status"),
        ("colour", "red", "bundle.yaml.colour"),
    ],
)
def test_what_is_wrong_is_said(copy: Path, path: str, value: Any, where: str) -> None:
    """Each mistake is found at its place, with what to do."""
    change(copy, path, value)

    with pytest.raises(BundleError) as caught:
        load(copy, LIBRARY)

    assert where in [problem.where for problem in caught.value.problems]
    assert str(copy) in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "a: [", "\x00", "a: &a [*a]\n", "x" * 300_000], ids=range(6)
)
def test_no_description_at_all(copy: Path, text: str) -> None:
    """A file that is no description is said to be none."""
    (copy / "bundle.yaml").write_text(text)
    with pytest.raises(BundleError):
        load(copy, LIBRARY)


def test_a_file_cannot_be_smuggled_in(copy: Path, tmp_path: Path) -> None:
    """A link to a file elsewhere is not built."""
    secret = tmp_path / "secret"
    secret.write_text("x = 1")
    (copy / "prop.py").unlink()
    (copy / "prop.py").symlink_to(secret)
    with pytest.raises(BundleError, match=r"prop\.py is not a file"):
        load(copy, LIBRARY)


def test_too_much_to_say(copy: Path) -> None:
    """Capabilities that would not fit into `info` are refused before a board is flashed."""
    name = {"en": "x" * 60, "it": "y" * 60}
    for section in ("events", "states"):
        change(
            copy,
            section,
            {"booting": {"name": name}} | {f"e{n}": {"name": name} for n in range(60)},
        )
    with pytest.raises(BundleError, match="capabilities"):
        load(copy, LIBRARY)


def test_code_that_does_not_compile_is_said(copy: Path, tmp_path: Path) -> None:
    """The compiler's complaint names the file, and nothing is written."""
    (copy / "prop.py").write_text("class App(:\n")
    with pytest.raises(BundleError, match=r"prop\.py"):
        build(copy, tmp_path / "out", mpy=True)
    assert not (tmp_path / "out").exists()


def test_the_command_line(copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Build, check and readme work as the READMEs say."""
    assert main(["build", str(copy), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "main.py").is_file()
    assert main(["check", str(copy)]) == 0
    assert main(["list"]) == 0
    assert "coffin_jumper        1.0.0    A coffin whose lid jumps" in capsys.readouterr().out
    change(copy, "settings.hold.default", 4000)
    assert main(["readme", str(copy), "--check"]) == 1
    assert main(["readme", str(copy)]) == 0
    assert main(["readme", str(copy), "--check"]) == 0
    assert "| 4000 |" in (copy / "README.md").read_text()
    change(copy, "version", "x")
    assert main(["check", str(copy)]) == 1
    assert "version: must be three numbers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ('{"id":"a/b"}', "wifi is missing"),
        ('{"id":"a/b","wifi":{"ssid":"x"},"mqtt":{"host":"x"}}', "id must be"),
        ('{"id":"a","prefix":"a/+","wifi":{"ssid":"x"},"mqtt":{"host":"x"}}', "prefix must be"),
        ('{"id":"-a","wifi":{"ssid":"x"},"mqtt":{"host":"x"}}', "id must be"),
        ('{"id":"a","wifi":{"ssid":"x"},"mqtt":{"port":1}}', "mqtt.host are needed"),
        ('{"id":"a","pins":{"x":1},"wifi":{"ssid":"x"},"mqtt":{"host":"x"}}', "pins must be"),
        ("{", "config.json"),
    ],
)
async def test_a_boards_configuration_is_checked(
    built: Path, tmp_path: Path, config: str, complaint: str
) -> None:
    """A wrong config.json is told with the key that is wrong."""
    (tmp_path / "config.json").write_text(config)
    script = f"""
import sys; sys.path.insert(0, {str(built / "lib")!r})
from atelier.start import _config
try:
    _config()
except ValueError as error:
    print(error)
"""
    assert complaint in await run_micropython(script, folder=tmp_path)
