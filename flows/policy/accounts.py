"""What the product's account ids may look like: each is a folder's name in the source."""

from flows.policy.errors import WinnowError


def check_account(account_id: str) -> None:
    """Raises WinnowError (exit code 2) for what cannot be a folder's name."""
    if not account_id or "/" in account_id or account_id.startswith("."):
        raise WinnowError(
            "the account's name cannot be used",
            remedy="give a name without slashes that does not begin with a dot",
            exit_code=2,
        )
