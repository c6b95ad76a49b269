"""Profiles as text."""

from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
import yaml

from forge.errors import Invalid
from forge.openwrt.profiles.documents import LONGEST, Format, parse, write
from forge.openwrt.profiles.schema import Profile, read
from tests.forge.openwrt.conftest import BASE, profile

#: The reference's own example, with its comment, its folded text and its bare 23.05.
REFERENCE = """\
# Example profile: simple home AP in living room
profile_id: home.ap-livingroom.23.05
name: Home AP (Living Room, 23.05)
description: >
  Main Wi-Fi access point in the living room.
  OpenWrt 23.05, minimal extras.

device_id: home-ap-livingroom
tags: [home, ap, wifi, 23.05]

openwrt_release: "23.05.2"
target: ath79
subtarget: generic
imagebuilder_profile: tplink_archer-c6-v3

packages:
  - luci
  - luci-ssl
packages_remove: []

files:
  - source: profiles/files/home-ap-livingroom/etc/banner
    destination: /etc/banner
    mode: "0644"
    owner: root:root

policies:
  filesystem: squashfs
  include_kernel_symbols: false

bin_dir: /var/tmp/openwrt-images/lab
extra_image_name: lab-debug
disabled_services: [dnsmasq, odhcpd]
rootfs_partsize: 256
add_local_key: true
"""
MINIMAL = "".join(f"{name}: '{value}'\n" for name, value in BASE.items())

lines = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff"),
    min_size=1,
    max_size=40,
).filter(str.strip)
texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"),
        st.sampled_from("\n\t"),
    ),
    max_size=80,
)
names = st.from_regex(r"[a-z0-9][a-z0-9+._-]{0,12}", fullmatch=True)
flags = st.none() | st.booleans()
#: Texts that some format would take for something else.
traps = st.sampled_from(
    ["23.05", "0644", "no", "null", "~", "2024-01-01", "1e3", "0x1f", "<<", "="]
)
profiles = st.fixed_dictionaries(
    {name: st.just(value) for name, value in BASE.items()}
    | {
        "name": lines | traps,
        "device_id": lines | traps,
        "description": st.none() | texts,
        "notes": st.none() | texts,
        "tags": st.none() | st.lists(lines | traps, max_size=4),
        "packages": st.none() | st.lists(names, max_size=4),
        "rootfs_partsize": st.none() | st.integers(1, 1_048_576),
        "add_local_key": flags,
        "policies": st.none() | st.fixed_dictionaries({"strip_debug": flags}),
        "files": st.none()
        | st.lists(
            st.fixed_dictionaries(
                {
                    "source": st.just("a/b"),
                    "destination": st.just("/etc/x"),
                    "mode": st.none() | st.sampled_from(["0644", "755", "07777"]),
                }
            ),
            max_size=2,
        ),
    }
).map(read)


@pytest.mark.parametrize("written", list(Format))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(profiles)
def test_what_is_written_reads_back_as_the_same(written: Format, kept: Profile) -> None:
    text = write(kept, written)
    assert parse(text, written) == kept
    assert parse(text.encode(), written) == kept


def test_the_references_file_is_read_unchanged() -> None:
    read_ = parse(REFERENCE, Format.YAML)
    assert read_.tags == ["home", "ap", "wifi", "23.05"]
    assert read_.packages_remove == []
    assert read_.rootfs_partsize == 256
    assert (read_.files or [])[0].mode == "0644"
    assert (read_.description or "").startswith("Main Wi-Fi")


def test_the_references_snapshot_is_read_unchanged() -> None:
    text = MINIMAL.replace("23.05.2", "snapshot") + "policies: {allow_snapshot: yes}\n"
    assert parse(text, Format.YAML).openwrt_release == "SNAPSHOT"


def test_a_common_reader_reads_what_is_written() -> None:
    kept = profile(tags=["23.05", "no", "0644"], files=[{"source": "a", "destination": "/a"}])
    assert yaml.safe_load(write(kept, Format.YAML)) == kept.document()
    assert list(yaml.safe_load(write(kept, Format.YAML)))[:2] == ["profile_id", "name"]
    assert write(kept, Format.JSON).startswith('{\n  "profile_id"')


def test_a_bare_octal_mode_is_what_it_looks_like() -> None:
    text = MINIMAL + "files: [{source: a, destination: /a, mode: 0755}]\n"
    assert (parse(text, Format.YAML).files or [])[0].mode == "0755"


def test_meta_is_told_but_not_taken() -> None:
    meta = {"created_at": "2025-11-28T12:34:56Z", "created_by": "ai:somebody"}
    for written in Format:
        text = write(profile(), written, meta)
        assert "ai:somebody" in text
        assert parse(text, written) == profile()


def test_a_mark_at_the_beginning_is_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + MINIMAL.encode(), Format.YAML) == profile()


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        ("", "yaml", "One profile is expected"),
        ("- a\n- b\n", "yaml", "One profile is expected"),
        ("[]", "json", "One profile is expected"),
        ("a: [", "yaml", "cannot be read as yaml"),
        ("a: 1\n---\na: 2\n", "yaml", "single document"),
        (MINIMAL + "name: again\n", "yaml", "name is given twice"),
        ('{"name": 1, "name": 2}', "json", "name is given twice"),
        ('{"name": NaN}', "json", "NaN is no JSON"),
        ('name = "a"\nname = "b"\n', "toml", "cannot be read as toml"),
        ("{", "json", "cannot be read as json"),
        (b"\xff\xfe", "yaml", "cannot be read as yaml"),
        ("a: !!python/object/apply:os.system [id]", "yaml", "cannot be read as yaml"),
        ("a: !!binary aGk=", "yaml", "cannot be read as yaml"),
        ("a: !!int x", "yaml", "cannot be read as yaml"),
        ("a: !!bool x", "yaml", "neither true nor false"),
        ("a: !!map x", "yaml", "names and values"),
        ("a: !!seq x", "yaml", "a list is expected"),
        ("a: !!str [x]", "yaml", "cannot be read as yaml"),
        ("? [a]\n: b\n", "yaml", "cannot be read as yaml"),
        ("a: &a {x: y}\nb:\n  <<: *a\n", "yaml", "validation"),
        ("a: &a [*a]\n", "yaml", "recursive"),
        ("[" * 50_000, "yaml", "nested too deeply"),
        ("[" * 200_000, "json", "nested too deeply"),
        ("x = " + "[" * 50_000, "toml", "nested too deeply"),
        ("9" * 5_000, "json", "cannot be read as json"),
        ("a: " + "9" * 5_000, "yaml", "cannot be read as yaml"),
        ("x" * (LONGEST + 1), "yaml", "at most"),
    ],
)
def test_what_is_no_profile_is_told(text: Any, written: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, Format(written))
    assert told in f"{refused.value.code} {refused.value.message}"
    assert len(refused.value.message) < 1_000


def test_aliases_multiply_nothing() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(Invalid):
        parse("\n".join([*rows, "packages: *a8"]), Format.YAML)


@given(st.binary(max_size=200), st.sampled_from(Format))
def test_any_bytes_are_a_profile_or_refused(text: bytes, written: Format) -> None:
    with pytest.raises(Invalid):
        parse(text, written)


@given(st.text(alphabet="{}[]:,&*!<>|-\n '\"ab1#%?@`~", max_size=60))
def test_any_text_is_a_profile_or_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text, Format.YAML)
