"""What the model knows of one prompt."""

from typing import NamedTuple


class Prompt(NamedTuple):
    """`text`: the human's prompt. `context`: the agent's text before it; `prev_user`: the human's
    prompt before; `interrupted`, `rejected`: whether the user stopped the agent or refused a tool
    call just before."""

    text: str
    context: str = ""
    prev_user: str = ""
    interrupted: bool = False
    rejected: bool = False
