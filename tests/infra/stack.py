"""A CloudFormation template as it is deployed with given parameters: what the tests look at."""

from pathlib import Path

import yaml

import flows

INFRA = Path(flows.__file__).parent.parent / "infra"
NOTHING = object()


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, each as {tag: value}."""


def _tagged(loader: yaml.Loader, tag: str, node: yaml.Node) -> dict:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


class Stack:
    """Resources by logical name, with every intrinsic function worked out. An ARN of something made
    here is `arn:<its name>`."""

    def __init__(self, template: str, **parameters: str) -> None:
        text = (INFRA / template).read_text()
        self.template = yaml.load(text, _Loader)
        declared = self.template["Parameters"].items()
        defaults = {name: form["Default"] for name, form in declared if "Default" in form}
        self.values = defaults | parameters | {"AWS::Partition": "aws", "AWS::NoValue": NOTHING}
        self.resources = {
            name: self._resolve(form["Properties"])
            for name, form in self.template["Resources"].items()
            if self._holds(form.get("Condition"))
        }

    def of_type(self, kind: str) -> dict[str, dict]:
        forms = self.template["Resources"]
        return {name: each for name, each in self.resources.items() if forms[name]["Type"] == kind}

    def statements(self, role: str) -> list[dict]:
        """Every statement of the policies that are attached to the role of that logical name."""
        policies = self.of_type("AWS::IAM::ManagedPolicy").values()
        mine = [each for each in policies if role in each["Roles"]]
        return [line for each in mine for line in each["PolicyDocument"]["Statement"]]

    def _holds(self, condition) -> bool:
        return condition is None or self._condition(condition)

    def _resolve(self, value):
        if isinstance(value, list):
            return [found for each in value if (found := self._resolve(each)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        function = getattr(self, f"_{name.lower().removeprefix('fn::')}", None)
        if len(value) == 1 and function:
            return function(value[name])
        return {key: self._resolve(each) for key, each in value.items()}

    def _ref(self, name: str):
        return self.values.get(name, name)

    def _getatt(self, name: str) -> str:
        return f"arn:{name.removesuffix('.Arn')}"

    def _sub(self, form) -> str:
        text, extra = form if isinstance(form, list) else (form, {})
        extra = {name: self._resolve(each) for name, each in extra.items()}
        for piece in text.split("${")[1:]:
            name = piece.split("}")[0]
            found = extra.get(name) or self.values.get(name) or self._getatt(name)
            text = text.replace(f"${{{name}}}", found)
        return text

    def _join(self, form: list) -> str:
        return form[0].join(self._resolve(form[1]))

    def _split(self, form: list) -> list[str]:
        return self._resolve(form[1]).split(form[0])

    def _if(self, form: list):
        return self._resolve(form[1] if self._holds(form[0]) else form[2])

    def _equals(self, form: list) -> bool:
        return self._resolve(form[0]) == self._resolve(form[1])

    def _and(self, form: list) -> bool:
        return all(self._resolve(each) for each in form)

    def _condition(self, name: str) -> bool:
        return self._resolve(self.template["Conditions"][name])
