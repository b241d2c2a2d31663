"""What the container files name is there, and is what they take it for."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import typer
import yaml

from rag.settings import Settings
from ui.cli import app

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
CADDY = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def instructions():
    """(instruction, what stands behind it) of the Dockerfile, lines put together."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in whole.splitlines() if line.strip()]


def named(instruction):
    return [rest for name, rest in instructions() if name == instruction]


def parsed(words):
    """The command that a container runs, and its options as onrecord understands them."""
    name, *rest = words
    command = typer.main.get_command(app).commands[name]
    return name, command.make_context(name, rest).params


def test_every_instruction_is_one():
    known = {"FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "EXPOSE"}
    assert {name for name, _ in instructions()} == known | {"HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert instructions()[0][0] == "FROM"


def test_what_is_copied_is_there_and_in_the_context():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    wanted = set()
    for rest in named("COPY"):
        if not rest.startswith("--from"):
            *sources, _ = rest.split()
            wanted |= set(sources)
    assert ignored[0] == "*"
    assert wanted == kept
    assert all((ROOT / name).exists() for name in wanted)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(packages["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= wanted
    assert {PROJECT["readme"], *PROJECT["license-files"]} <= wanted


def test_it_runs_onrecord_as_nobody_special_and_is_healthy_when_it_answers():
    (entry,), (command,), (user,) = named("ENTRYPOINT"), named("CMD"), named("USER")
    assert PROJECT["scripts"] == {json.loads(entry)[0]: "ui.cli:main"}
    assert parsed(json.loads(command))[0] == "chat"
    assert user == "onrecord"
    assert any("useradd --uid 10001" in run and run.endswith(user) for run in named("RUN"))
    (health,) = named("HEALTHCHECK")
    runs, flag, source = json.loads(health.partition("CMD ")[2])
    assert (runs, flag) == ("python", "-c")
    compile(source, "health", "exec")
    (port,) = named("EXPOSE")
    assert f"localhost:{port}/healthz" in source
    assert int(port) == Settings.model_fields["port"].default
    extra = re.search(r"'\.\[(\w+)\]'", DOCKERFILE)[1]
    assert extra in PROJECT["optional-dependencies"]
    version = re.search(r"FROM python:(\S+)-slim", DOCKERFILE)[1]
    assert PROJECT["requires-python"] == f">={version}"


def settings_named(names):
    fields = {f"ONRECORD_{name.upper()}" for name in Settings.model_fields}
    return {name for name in names if name.startswith("ONRECORD_")} - fields


def test_every_setting_is_one():
    given = [word.partition("=")[0] for rest in named("ENV") for word in shlex.split(rest)]
    assert settings_named(given) == set()
    for service in COMPOSE["services"].values():
        assert settings_named(service.get("environment", {})) == set()


def test_every_service_runs_a_command_and_names_what_there_is():
    services = COMPOSE["services"]
    commands = {
        name: parsed(service["command"])
        for name, service in services.items()
        if service["image"] == "onrecord"
    }
    assert {name: command for name, (command, _) in commands.items()} == {
        "page": "chat",
        "programs": "serve",
    }
    assert commands["programs"][1]["workers"] == 2
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file()
    for name in ("page", "programs"):
        service = services[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        settings = service["environment"]
        (volume,) = service["volumes"]
        assert volume.split(":")[1] == settings["ONRECORD_INDEX"] == named("VOLUME")[0]
        database = re.sub(r"\$\{\w+:\?[^}]*\}", "secret", settings["ONRECORD_DATABASE"])
        known = Settings(database=database, index=Path(settings["ONRECORD_INDEX"]))
        assert (known.place(), known.place(Path("/other"))) == (database, Path("/other"))
        user, _, rest = database.removeprefix("postgresql://").partition(":")
        host, _, base = rest.partition("@")[2].partition("/")
        wanted = services[host]["environment"]
        assert (user, base) == (wanted["POSTGRES_USER"], wanted["POSTGRES_DB"])
    assert list(services["proxy"]["ports"]) == ["80:80", "443:443"]
    assert all("ports" not in service for name, service in services.items() if name != "proxy")


def test_the_proxy_hands_on_to_services_by_paths_that_there_are():
    port = named("EXPOSE")[0]
    upstreams = re.findall(r"reverse_proxy (?:@\w+ )?(\w+):(\d+)", CADDY)
    assert upstreams == [("programs", port), ("page", port)]
    assert CADDY.count("{") == CADDY.count("}")
    from tests.ui.fake_corpus import FakeCorpus
    from ui.server.api import build_api

    paths = [route.path for route in build_api(FakeCorpus()).routes if hasattr(route, "path")]
    patterns = re.search(r"@programs path (.+)", CADDY)[1].split()
    for pattern in patterns:
        assert any(fnmatch(path, pattern) for path in paths), pattern
    believed = COMPOSE["services"]["page"]["environment"]["ONRECORD_PROXIES"]
    assert COMPOSE["networks"]["default"]["ipam"]["config"] == [{"subnet": believed}]


def manifests(kind):
    """The manifests of a kind, by name."""
    text = (ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    return {
        each["metadata"]["name"]: each for each in yaml.safe_load_all(text) if each["kind"] == kind
    }


def test_a_cluster_runs_the_image_as_it_is_made():
    (port,), (kept,) = named("EXPOSE"), named("VOLUME")
    uid = int(re.search(r"useradd --uid (\d+)", DOCKERFILE)[1])
    commands = {}
    for name, each in manifests("Deployment").items():
        labels = each["spec"]["selector"]["matchLabels"]
        assert each["spec"]["template"]["metadata"]["labels"] == labels == {"app": name}
        pod = each["spec"]["template"]["spec"]
        assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"]) == (
            uid,
            uid,
        )
        (container,) = pod["containers"]
        assert container["image"] == COMPOSE["services"]["page"]["image"]
        commands[name] = parsed(container["args"])[0]
        assert [p["containerPort"] for p in container["ports"]] == [int(port)]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"] == {"path": "/healthz", "port": "http"}
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts == {"kept": kept, "tmp": "/tmp"}
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert set(volumes) == set(mounts)
        if claim := volumes["kept"].get("persistentVolumeClaim"):
            assert claim["claimName"] in manifests("PersistentVolumeClaim")
            assert each["spec"]["replicas"] == 1  # it takes one pod at a time
            assert each["spec"]["strategy"] == {"type": "Recreate"}
        (config,) = (e["configMapRef"]["name"] for e in container["envFrom"] if "configMapRef" in e)
        assert settings_named(manifests("ConfigMap")[config]["data"]) == set()
    assert commands == {"onrecord-page": "chat", "onrecord-programs": "serve"}


def test_a_clusters_ingress_hands_on_as_the_proxy_does():
    services, deployments = manifests("Service"), manifests("Deployment")
    for each in services.values():
        assert each["spec"]["selector"]["app"] in deployments
        assert [p["targetPort"] for p in each["spec"]["ports"]] == ["http"]
    (rule,) = manifests("Ingress")["onrecord"]["spec"]["rules"]
    ways = {}
    for path in rule["http"]["paths"]:
        service = path["backend"]["service"]
        assert service["port"]["number"] in [
            p["port"] for p in services[service["name"]]["spec"]["ports"]
        ]
        ways[path["path"]] = service["name"].removeprefix("onrecord-")
    patterns = re.search(r"@programs path (.+)", CADDY)[1].split()
    assert ways.pop("/") == "page"
    assert set(ways) == {p.removesuffix("/*") for p in patterns} - {"/metrics"}
    assert set(ways.values()) == {"programs"}
