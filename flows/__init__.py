"""winnow: from coding-agent sessions to training signals."""

import os

# A plugin of pydantic sees every value that is validated, the credentials in settings too.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
