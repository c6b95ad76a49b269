"""Everything a person reads is there, in both languages, with the same facts in it."""

import ast
from collections.abc import Iterator
import importlib
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant.const import Platform
import pytest
import yaml

import custom_components.atelier
from custom_components.atelier.const import MACHINE_PLATFORMS, PLATFORMS
from custom_components.atelier.errors import OF_A_FIELD
from custom_components.atelier.forge.facts import FINISHED, Happening
from custom_components.atelier.forge.refusals import SENTENCES, key_of
from custom_components.atelier.ledger.errors import Rule
from custom_components.atelier.ledger.kinds import KINDS
from custom_components.atelier.machine_actions.exports import FILTERS
from custom_components.atelier.machine_actions.sheets import UNWRITTEN
from custom_components.atelier.machines.access import Denial
from custom_components.atelier.machines.news import Kind, State
from custom_components.atelier.machines.requests import Refusal
from custom_components.atelier.panel.misfit import FORM_RULES
from custom_components.atelier.props.errors import Failure
from custom_components.atelier.wire.messages import Reason
from custom_components.atelier.wire.profiles import PROFILES, REFERENCE_EVENTS
from custom_components.atelier.wire.values import ValueType
import forge
from forge import errors as forge_errors

ATELIER = Path(custom_components.atelier.__file__).parent
LANGUAGES = sorted(path.stem for path in (ATELIER / "translations").glob("*.json"))


def read(name: str) -> Any:
    """Return one of the integration's JSON files."""
    return json.loads((ATELIER / name).read_text("utf-8"))


EN = read("translations/en.json")
ICONS = read("icons.json")
SERVICES = yaml.safe_load((ATELIER / "services.yaml").read_text("utf-8"))
SOURCES = {
    str(path.relative_to(ATELIER)): path.read_text("utf-8") for path in ATELIER.rglob("*.py")
}

RULES = "ledger/rules.py"
MACHINE_ACTIONS = tuple(name for name in SOURCES if name.startswith("machine_actions/"))


def sentences(branch: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a file by its path."""
    if isinstance(branch, dict):
        for key, inner in branch.items():
            yield from sentences(inner, f"{path}/{key}")
    else:
        yield path, branch


def facts(sentence: str) -> set[str]:
    """Return the placeholders of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def used(pattern: str, *files: str) -> set[str]:
    """Return what the sources name in some way."""
    texts = [SOURCES[name] for name in files] if files else list(SOURCES.values())
    return {found for text in texts for found in re.findall(pattern, text)}


def test_there_is_english_and_italian() -> None:
    assert LANGUAGES == ["en", "it"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_facts(language: str) -> None:
    ours = dict(sentences(read(f"translations/{language}.json")))
    english = dict(sentences(EN))
    assert ours.keys() == english.keys()
    assert {path: facts(text) for path, text in ours.items()} == {
        path: facts(text) for path, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_clean(language: str) -> None:
    for path, text in sentences(read(f"translations/{language}.json")):
        assert isinstance(text, str), path
        assert text.strip() == text != "", path
        assert not re.search(r"<[a-z/]|https?://|www\.", text, re.IGNORECASE), path
        assert not re.search(r"'\{\w+\}'", text), path


def test_keys_are_slugs() -> None:
    for path, _ in sentences(EN):
        assert re.fullmatch(r"(/[a-z0-9]+(_[a-z0-9]+)*)+", path), path


# Entities


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_the_ids_that_a_platform_names_have_names(platform: Platform) -> None:
    module = importlib.import_module(f"custom_components.atelier.props.entities.{platform}")
    named = set(getattr(module, "NAMED", ()))
    fixed = used(r'translation_key="(\w+)"', f"props/entities/{platform}.py") - {"no_track"}
    if (machines := f"machines/entities/{platform}.py") in SOURCES:
        fixed |= used(r'translation_key="(\w+)"', machines)
    if (forge := f"forge/entities/{platform}.py") in SOURCES:
        fixed |= used(r'translation_key="(\w+)"', forge)
    hub = {
        Platform.BUTTON: used(r'RoleButton\(workshop, "(\w+)"', "hub.py"),
        Platform.SENSOR: used(r'super\(\).__init__\(workshop, "(\w+)"\)', "hub.py"),
    }.get(platform, set())
    nameless = {"armed"} if platform is Platform.SWITCH else set()
    assert set(EN["entity"].get(str(platform), {})) | nameless == named | fixed | hub | nameless


@pytest.mark.parametrize("platform", MACHINE_PLATFORMS, ids=str)
def test_the_ids_that_a_platform_of_machines_names_have_names(platform: Platform) -> None:
    named = used(r'_attr_translation_key = "(\w+)"', f"machines/entities/{platform}.py")
    assert EN["entity"][platform].keys() == named


def test_the_states_of_known_boards_have_names() -> None:
    states = {state for profile in PROFILES for state in profile.states}
    assert states <= EN["entity"]["sensor"]["state"]["state"].keys()
    events = EN["entity"]["event"]["activity"]["state_attributes"]["event_type"]["state"]
    assert set(REFERENCE_EVENTS) <= events.keys()


def test_the_states_and_events_of_a_machine_have_names() -> None:
    assert EN["entity"]["sensor"]["machine_state"]["state"].keys() == set(State)
    activity = EN["entity"]["event"]["machine_activity"]["state_attributes"]
    assert activity["event_type"]["state"].keys() == set(Kind) - {Kind.UNKNOWN_BOARD}


def test_what_a_forge_tells_has_names() -> None:
    jobs = EN["entity"]["event"]["forge_jobs"]["state_attributes"]["event_type"]["state"]
    assert jobs.keys() == set(Happening)
    assert EN["entity"]["sensor"]["forge_last_result"]["state"].keys() == set(FINISHED)


def test_icons_belong_to_entities_and_services_that_exist() -> None:
    for platform, icons in ICONS["entity"].items():
        known = EN["entity"].get(platform, {}).keys() | {"armed"}
        assert icons.keys() <= known, platform
    assert ICONS["services"].keys() == SERVICES.keys()


def test_icons_are_material_design_icons() -> None:
    for path, icon in sentences(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path


# Errors


def test_every_failure_and_refusal_has_its_sentence() -> None:
    wanted = {str(failure) for failure in Failure if failure is not Failure.BAD_PARAMETER}
    wanted |= {f"refused_{reason}" for reason in Reason} | misfits()
    assert wanted <= EN["exceptions"].keys()


def ledger_refusals() -> set[str]:
    """Return the keys of what the ledger refuses, by the thing or the rule concerned."""
    kinds = KINDS.values()
    names = {kind.name for kind in kinds}
    return {
        f"ledger_{refusal}_{what}"
        for refusal, whats in {
            "conflict": names,
            "unknown": names | used(r'Unknown\("(\w+)"\)'),
            "duplicate": {name for kind in kinds for name in kind.unique}
            | used(r'Duplicate\("(\w+)"'),
            "in_use": {kind.name for kind in kinds if kind.held}
            | used(r'InUse\("(\w+)"')
            | {"member"},
            "invalid": {rule for rule in Rule if rule not in OF_A_FIELD}
            | {f"{Rule.LENGTH}_{field}" for field in used(r'\b_text\("(\w+)"', RULES)}
            | {f"{Rule.RANGE}_{field}" for field in used(r'\b_number\("(\w+)"', RULES)}
            | {f"{Rule.FILTER}_{str(name).removesuffix('_id')}" for name in FILTERS},
            "foreign": used(r'ForeignFile\(\s*"(\w+)"'),
        }.items()
        for what in whats
    }


def misfits() -> set[str]:
    """Return the keys of what has a form that it cannot have: for props, and from the panel."""
    numbers = {ValueType.INT, ValueType.FLOAT}
    props = {*ValueType, *(f"{kind}_range" for kind in numbers), "unsendable", "unknown"}
    forms = {*FORM_RULES.values(), *used(r'BeyondBounds\("(\w+)"', "bounds.py")}
    return (
        {f"{Failure.BAD_PARAMETER}_{misfit}" for misfit in props}
        | {f"invalid_format_{rule}" for rule in forms}
        | {"invalid_format"}
    )


def not_found() -> set[str]:
    """Return the keys of what the panel asks for and is not there."""
    return {f"not_found_{what}" for what in used(r'\bnot_found\("(\w+)"\)')}


def test_every_exception_is_used_and_there() -> None:
    raised = used(r'translation_key="(\w+)"', "__init__.py", "services.py")
    raised |= used(r'key = "((?:ledger|machine|uses)_\w+)"', "errors.py", "makerspace.py")
    raised |= ledger_refusals() | misfits() | not_found()
    raised |= {f"request_{one}" for one in Refusal if one is not Refusal.NOT_ALLOWED}
    raised |= {f"request_{Refusal.NOT_ALLOWED}_{denial}" for denial in Denial}
    raised |= {f"cannot_write_{why}" for why in {"failed", *UNWRITTEN.values()}}
    raised |= {
        key
        for name, source in SOURCES.items()
        if name.startswith("machine_actions/")
        for key in re.findall(r'"(\w+)"', source)
        if key in EN["exceptions"]
    }
    raised |= used(r'translation_key="(\w+)"', "props/entities/media_player.py") - {"player"}
    raised |= used(r'translation_key="(\w+)"', *MACHINE_ACTIONS)
    raised |= used(r'_refused\("(\w+)"', "machines/entities/todo.py")
    raised |= used(r'"(forge_\w+)"', "forge/errors.py") | {key_of(code) for code in SENTENCES}
    raised |= used(r'translation_key="(\w+)"', "forge/actions.py")
    raised |= used(r'key = "(\w+)" if forges else "\w+"', "forge/actions.py")
    raised |= used(r'key = "\w+" if forges else "(\w+)"', "forge/actions.py")
    raised |= used(r'key = "(refused_\w+)"', "errors.py")
    raised |= {"unauthorized"}
    raised |= used(r'Refused\("(\w+)"', "panel/forge/asking.py")
    raised |= {str(failure) for failure in Failure if failure is not Failure.BAD_PARAMETER}
    raised |= {f"refused_{reason}" for reason in Reason}
    assert raised == EN["exceptions"].keys()


#: What only a program of the Forge's own meets: its command line and AI door, workers, set-up.
FORGES_OWN = ("cli", "client", "mcp", "firmware", "jobs/remote.py", "api/remote.py")
FORGES_OWN += ("settings.py", "serving.py", "tokens.py", "openwrt/asu", "web")
#: What nobody is told who asks by Home Assistant: it asks for what there is, as it has to be asked.
NOT_ASKED = {
    "method_not_allowed",
    "not_found.kind",
    "unauthorized.key",
    "validation.file_name",
    "validation.params",
}


def forge_codes() -> dict[str, list[set[str]]]:
    """Return the codes that the Forge names in full, each with the facts it is told with."""
    root = Path(forge.__file__).parent
    found: dict[str, list[set[str]]] = {}
    for path in root.rglob("*.py"):
        if str(path.relative_to(root)).startswith(FORGES_OWN):
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            kind = getattr(forge_errors, call.func.id, None)
            given = {word.arg: word.value for word in call.keywords}
            about = given.pop("about", ast.Constant(""))
            if not hasattr(kind, "family") or not isinstance(about, ast.Constant):
                continue
            code = f"{kind.family}.{about.value}".strip(".")
            found.setdefault(code, []).append({str(name) for name in given})
    return found


def test_what_a_forge_refuses_has_its_sentence() -> None:
    codes = forge_codes().keys() - NOT_ASKED - {"upstream"}  # which is `upstream.timeout`
    assert len(codes) > 80, "the Forge's sources were read"
    assert codes <= SENTENCES.keys()


def test_a_forges_sentences_use_facts_that_it_tells() -> None:
    named = {key_of(code): set(names) for code, names in SENTENCES.items()}
    told = {
        key: facts(exception["message"])
        for key, exception in EN["exceptions"].items()
        if key.startswith("forge_refused_")
    }
    assert named == told
    codes = forge_codes()
    for code, names in SENTENCES.items():
        for given in codes.get(code, []):
            assert set(names) <= given | {"None"} or not given, code


#: What `Prop.failure` always tells, and what it tells with each failure besides.
ALWAYS = {"prop", "action"}
BESIDES = {
    Failure.TIMEOUT: {"seconds"},
    Failure.UNPROVEN: {"state"},
    Failure.REFUSED: {"reason", "message", "retry_s"},
    Failure.UNKNOWN_ACTION: {"actions"},
    Failure.BAD_PARAMETER: {"parameter", "parameters", "least", "most", "options"},
}


@pytest.mark.parametrize("failure", Failure)
def test_a_failures_sentence_uses_facts_that_it_has(failure: Failure) -> None:
    told = ALWAYS | BESIDES.get(failure, set())
    for key, exception in EN["exceptions"].items():
        many = failure in (Failure.REFUSED, Failure.BAD_PARAMETER)
        if key == failure or (many and key.startswith(failure)):
            assert facts(exception["message"]) <= told, key


# Flows


FORGE_FLOW = "flow_forge.py"
FLOWS = tuple(name for name in SOURCES if name == "config_flow.py" or name.startswith("flow_"))
#: What is said of a Forge's address and token.
WRONG_FORGE = used(r'\{CONF_(?:URL|TOKEN): "(\w+)"\}', FORGE_FLOW)
FORGE_STEPS = used(r'(?:_form\(|step_id=)"(\w+)"', FORGE_FLOW)
#: What is said where a workshop is made, and where its options are changed.
WRONG = used(r'return "(\w+)", \{', *FLOWS) | used(r': "(ledger_\w+|whole_days)"', *FLOWS)


@pytest.mark.parametrize(
    ("where", "reasons"),
    [
        (EN["config"]["abort"], used(r'reason="(\w+)"', "config_flow.py", FORGE_FLOW)),
        (EN["config"]["error"], WRONG | WRONG_FORGE | {"bad_name"}),
        (EN["options"]["abort"], used(r'reason="(\w+)"', "flow_options.py")),
        (EN["options"]["error"], WRONG),
        (EN["options"]["progress"], used(r'progress_action="(\w+)"', "flow_options.py")),
        (
            EN["config"]["step"],
            {"user", "workshop", "machines", "reconfigure", "discovery_confirm", *FORGE_STEPS},
        ),
        (
            EN["options"]["step"],
            {"init", *used(r'form\(\s*step_id="(\w+)"', *FLOWS)}
            - {"discovery_confirm", *FORGE_STEPS},
        ),
    ],
    ids=["abort", "error", "options abort", "options error", "progress", "steps", "options steps"],
)
def test_what_the_flows_say(where: dict[str, Any], reasons: set[str]) -> None:
    shared = {
        "already_configured",
        "reauth_successful",
        "reconfigure_successful",
    }  # said by Home Assistant's helpers
    assert where.keys() - shared == reasons - shared


@pytest.mark.parametrize("steps", [EN["config"]["step"], EN["options"]["step"]])
def test_every_field_of_a_form_is_described(steps: dict[str, Any]) -> None:
    for step in steps.values():
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()


def test_the_facts_of_the_flows_errors_are_given() -> None:
    given = {"prefix", "workshop"}
    for branch in ("config", "options"):
        for text in EN[branch]["error"].values():
            assert facts(text) <= given


# Issues


def test_every_issue_has_its_sentences_and_facts() -> None:
    source = SOURCES["issues.py"] + SOURCES["machine_issues.py"]
    calls = re.findall(r"self\._raise\(\s*\"(\w+)\",(.*?)\)\n", source, re.DOTALL)
    forge = dict(re.findall(r'yield "(\w+)", \{(.*)\}', SOURCES["forge/issues.py"]))
    assert {kind for kind, _ in calls} | forge.keys() == EN["issues"].keys()
    for kind, given in forge.items():
        for _, text in sentences(EN["issues"][kind]):
            assert facts(text) <= {"forge", *re.findall(r'"(\w+)":', given)}, kind
    for kind, arguments in calls:
        given = {"workshop"} | set(re.findall(r"(\w+)=", arguments)) - {"fixable", "severity"}
        for path, text in sentences(EN["issues"][kind]):
            shown = {"key"} if path.startswith("/fix_flow/step/key/") else set()
            assert facts(text) <= given | shown, (kind, path)
        issue = EN["issues"][kind]
        assert "title" in issue
        assert ("fix_flow" in issue) is ("fixable=True" in arguments)
        assert ("description" in issue) is not ("fix_flow" in issue)


def test_every_fix_has_its_sentences() -> None:
    for kind, issue in EN["issues"].items():
        if "fix_flow" in issue:
            shows_key = kind == "gate_without_key"
            assert issue["fix_flow"]["step"].keys() == {"confirm"} | (
                {"key"} if shows_key else set()
            )
            assert issue["fix_flow"]["abort"].keys() == {"not_loaded"}
            adopts = "data" in issue["fix_flow"]["step"]["confirm"]
            errors = {"not_kept", "ledger_away"} if adopts else {"cannot_connect"}
            assert issue["fix_flow"].get("error", {}).keys() == (set() if shows_key else errors)


# Actions and system health


def test_every_action_and_field_is_described() -> None:
    assert EN["services"].keys() == SERVICES.keys()
    for name, service in SERVICES.items():
        fields = EN["services"][name]["fields"]
        assert fields.keys() == service["fields"].keys()
        for field in (EN["services"][name], *fields.values()):
            assert field["name"]
            assert field["description"]


def test_system_health_is_described() -> None:
    told = used(r'^        "(\w+)": ', "system_health.py") or set(
        re.findall(r'"(\w+)": ', SOURCES["system_health.py"])
    )
    assert EN["system_health"]["info"].keys() == told
