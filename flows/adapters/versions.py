"""What a release was made with: content hashes of policy, dbt project and code."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import flows

_DBT = (".sql", ".yml")
_CODE = (".py", ".yml", ".json", ".npz")
_DIGITS = 16


def content_versions(project_dir: Path, policy_file: Path) -> dict[str, str]:
    """`policy`, `dbt_project` and `code`: 16 hexadecimal digits each, equal for equal content."""
    package = Path(flows.__file__).parent
    return {
        "policy": _digest(policy_file.parent, [policy_file]),
        "dbt_project": _digest(project_dir / "dbt", _files(project_dir / "dbt", _DBT)),
        "code": _digest(
            package.parent,
            [*_files(package, _CODE), *_files(package.parent / "expectations", _CODE)],
        ),
    }


def _files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in endings and path.is_file())
    return sorted(path for path in found if "target" not in path.relative_to(folder).parts)


def _digest(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).digest()
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()[:_DIGITS]
