"""The AWS templates: sound, closed, a second lock on age, and roles that know one tier only."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.policy.tiers import Tier
from flows.policy.windows import RETENTION_DAYS
from tests.infra.stack import INFRA, Stack

TEMPLATES = ["cloudformation.yaml", "cloudformation_control.yaml"]
READS = {"s3:GetObject", "s3:ListBucket"}
SEES = {
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:GetObjectVersion",
    "s3:GetReplicationConfiguration",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
}
DELETES = {"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"}


def stack(tier: str = "opt_in", **more: str) -> Stack:
    return Stack(
        "cloudformation.yaml",
        Tier=tier,
        Prefix="example",
        ControlBucket="control",
        ProductRoleArn="arn:product",
        TrustedRoleArn="arn:workers",
        **more,
    )


def control_stack() -> Stack:
    return Stack("cloudformation_control.yaml", Prefix="example", ProductRoleArn="arn:product")


def both() -> list[Stack]:
    return [stack(), control_stack()]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def actions(found: Stack, role: str) -> set[str]:
    return {each for line in found.statements(role) for each in listed(line["Action"])}


@pytest.mark.parametrize("template", TEMPLATES)
def test_cfn_lint_finds_nothing(template):
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    found = subprocess.run([cfn_lint, INFRA / template], capture_output=True, text=True)
    assert (found.stdout, found.returncode) == ("", 0)


def test_the_tiers_of_the_template_are_the_tiers():
    assert stack().template["Parameters"]["Tier"]["AllowedValues"] == list(Tier)


@pytest.mark.parametrize("tier", Tier)
def test_every_bucket_has_a_name_of_its_own_that_s3_allows(tier):
    name = stack(tier).resources["Source"]["BucketName"]
    assert name == f"example-{tier.replace('_', '-')}"


@pytest.mark.parametrize("role", ["RunRole", "PurgeRole"])
@pytest.mark.parametrize("tier", Tier)
def test_a_role_names_its_own_source_and_its_own_folder_of_the_control_data_only(tier, role):
    for line in stack(tier).statements(role):
        for resource in listed(line["Resource"]):
            is_listing = set(listed(line["Action"])) & {"s3:ListBucket", "s3:ListBucketVersions"}
            if resource == "arn:aws:s3:::control" and is_listing:
                assert line["Condition"] == {"StringLike": {"s3:prefix": [tier, f"{tier}/*"]}}
            elif resource == "arn:aws:s3:::control":
                assert line["Action"] == "s3:ListBucketMultipartUploads"
            else:
                own = (resource == "arn:Source", resource.startswith("arn:Source/"))
                assert any(own) or resource == f"arn:aws:s3:::control/{tier}/*"


@pytest.mark.parametrize("tier", [Tier.DEFAULT, Tier.FEEDBACK])
def test_the_daily_run_reads_and_no_more(tier):
    assert actions(stack(tier), "RunRole") == READS


def test_the_daily_run_of_opt_in_erases_what_was_revoked():
    assert actions(stack("opt_in"), "RunRole") == READS | SEES | DELETES


@pytest.mark.parametrize("tier", Tier)
def test_the_purge_sees_and_deletes_every_version(tier):
    assert actions(stack(tier), "PurgeRole") == READS | SEES | DELETES


@pytest.mark.parametrize("tier", Tier)
def test_where_the_product_purges_nobody_of_winnow_may_delete(tier):
    found = stack(tier, SourcePurge="product")
    assert actions(found, "RunRole") == READS
    assert actions(found, "PurgeRole") == READS | SEES


def test_deletion_reaches_the_source_and_nothing_else():
    lines = [each for each in stack().statements("PurgeRole") if set(each["Action"]) & DELETES]
    assert {each["Resource"] for each in lines} == {"arn:Source/*"}


def test_only_the_workers_role_may_take_on_a_role():
    for role in stack().of_type("AWS::IAM::Role").values():
        (line,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert line["Principal"] == {"AWS": "arn:workers"} and line["Action"] == "sts:AssumeRole"


@pytest.mark.parametrize("found", both(), ids=TEMPLATES)
def test_no_statement_allows_everything(found):
    text = str(
        [*found.of_type("AWS::IAM::ManagedPolicy").values(), found.of_type("AWS::S3::Bucket")]
    )
    assert "'*'" not in text and "s3:*" not in text


def test_what_stands_in_a_source_ends_with_its_thirtieth_day():
    rules = _rules(stack().resources["Source"])
    # S3 waits for the midnight after: the day of writing and the days named.
    assert rules["ExpirationInDays"] + 1 == RETENTION_DAYS
    replaced = rules["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert rules["ExpirationInDays"] + replaced <= RETENTION_DAYS


@pytest.mark.parametrize("found", both(), ids=TEMPLATES)
def test_old_versions_markers_and_unfinished_uploads_go_within_days(found):
    for bucket in found.of_type("AWS::S3::Bucket").values():
        rules = _rules(bucket)
        assert rules["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
        assert rules["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
        assert rules["ExpiredObjectDeleteMarker"] is True


def test_a_consent_does_not_expire():
    assert "ExpirationInDays" not in _rules(control_stack().resources["Control"])


@pytest.mark.parametrize("found", both(), ids=TEMPLATES)
def test_on_every_bucket_a_deletion_is_true(found):
    for bucket in found.of_type("AWS::S3::Bucket").values():
        assert not {"ObjectLockEnabled", "ObjectLockConfiguration", "ReplicationConfiguration",
                    "VersioningConfiguration", "LoggingConfiguration"} & set(bucket)  # fmt: skip


@pytest.mark.parametrize("found", both(), ids=TEMPLATES)
def test_every_bucket_is_closed_and_encrypted(found):
    for bucket in found.of_type("AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("found", both(), ids=TEMPLATES)
def test_every_bucket_refuses_connections_without_tls(found):
    (policy,) = found.of_type("AWS::S3::BucketPolicy").values()
    lines = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    line = lines["TlsOnly"]
    assert (line["Effect"], line["Principal"], line["Action"]) == ("Deny", "*", "s3:*")
    assert line["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nobody_reads_a_source_but_its_tiers_roles_and_the_product():
    (policy,) = stack().of_type("AWS::S3::BucketPolicy").values()
    lines = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    line = lines["OnlyTheTierReads"]
    assert line["Effect"] == "Deny" and set(line["Action"]) == {
        "s3:GetObject",
        "s3:GetObjectVersion",
    }
    but = line["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert but == ["arn:RunRole", "arn:PurgeRole", "arn:product"]


def _rules(bucket: dict) -> dict:
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" and "Prefix" not in rule for rule in rules)
    return {name: value for rule in rules for name, value in rule.items()}
