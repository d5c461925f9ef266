"""Which lines count under line/1, and when two lines are the same."""

import re

_LEAST_WORD_CHARACTERS = 3
_NO_WORD = bytes(c for c in range(128) if not (chr(c).isalnum() or chr(c) == "_"))
_WORD = re.compile(r"\w")

_LOCK_NAMES = frozenset(
    b"package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock "
    b"poetry.lock pipfile.lock uv.lock pdm.lock pixi.lock conda-lock.yml cargo.lock composer.lock "
    b"gemfile.lock go.sum go.work.sum flake.lock packages.lock.json podfile.lock package.resolved "
    b"cartfile.resolved mix.lock rebar.lock pubspec.lock gradle.lockfile "
    b"buildscript-gradle.lockfile "
    b".terraform.lock.hcl module.bazel.lock chart.lock requirements.lock".split()
)
_GENERATED = re.compile(
    rb"(?:\.min\.(?:js|css|mjs)|\.bundle\.js|\.(?:js|css|mjs|ts)\.map|\.snap|\.pb\.go|_pb2(?:_grpc)?\.pyi?"
    rb"|\.pb\.(?:h|cc)|_pb\.(?:js|d\.ts)|\.g\.(?:dart|cs)|\.freezed\.dart|\.designer\.cs"
    rb"|\.generated\.[a-z]+|_generated\.[a-z]+|-lock\.json|\.lock)$",
    re.IGNORECASE,
)
_FOREIGN_FOLDERS = frozenset(
    b"vendor vendored third_party third-party thirdparty node_modules bower_components "
    b"site-packages .venv venv __pycache__ dist-packages pods carthage __generated__ "
    b"__snapshots__ .yarn".split()
)


def is_code_path(path: bytes) -> bool:
    """Not a lock, generated or vendored file, as far as names tell."""
    *folders, name = path.lower().split(b"/")
    if name in _LOCK_NAMES or _GENERATED.search(name):
        return False
    return not _FOREIGN_FOLDERS.intersection(folders)


def is_effective(form: bytes) -> bool:
    """At least three word characters: letters and digits of any script, and _."""
    if form[:3].isalnum() and form.isascii():
        return len(form) >= _LEAST_WORD_CHARACTERS
    if form.isascii():
        return len(form.translate(None, _NO_WORD)) >= _LEAST_WORD_CHARACTERS
    words = _WORD.finditer(form.decode(errors="replace"))
    return sum(1 for _ in words) >= _LEAST_WORD_CHARACTERS
