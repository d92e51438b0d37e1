"""CloudFront keeps pages by what Huntaze says they depend on, and by nothing that Huntaze does not see."""

from __future__ import annotations

import json
from typing import Any, Final

import boto3
import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils.translation import get_language_from_request
from moto import mock_aws
from playwright.sync_api import Browser

from accounts.sessions import cookies
from huntaze.edge import cloudfront
from huntaze.edge.failing import NotForgotten
from huntaze.edge.keeping import OWN_COOKIES
from tests.infra import cloud

NO_CACHE: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@pytest.fixture(scope="module")
def account() -> cloud.Account:
    return cloud.made("production")


def policy(account: cloud.Account) -> dict[str, Any]:
    (found,) = [one for one in account.of("AWS::CloudFront::CachePolicy") if one.logical_id == "PublicPages"]
    key: dict[str, Any] = found.properties["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    return key


@pytest.mark.django_db
def test_the_key_has_all_that_a_page_varies_by(account: cloud.Account, client: Client) -> None:
    key = policy(account)
    varies = {name.strip() for name in client.get("/pricing").headers["Vary"].split(",")}
    # Encodings are a switch of their own.
    assert varies - {"Cookie", "Accept-Encoding"} <= set(key["HeadersConfig"]["Headers"])
    assert "Authorization" in key["HeadersConfig"]["Headers"]
    named = set(key["CookiesConfig"]["Cookies"])
    assert named >= (OWN_COOKIES - {"sessionid"}) | {settings.LANGUAGE_COOKIE_NAME, "theme"}
    # In production they have a prefix.
    assert named >= {"__Host-sessionid", "__Host-csrftoken"}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


def test_a_kept_page_sees_what_is_in_its_key_and_nothing_else(account: cloud.Account) -> None:
    (asked,) = account.of("AWS::CloudFront::OriginRequestPolicy")
    sent = asked.properties["OriginRequestPolicyConfig"]
    assert sent["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Host"]}
    assert sent["CookiesConfig"] == {"CookieBehavior": "none"}
    assert sent["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    pages = account.of("AWS::CloudFront::Distribution")[0].properties["DistributionConfig"]
    behaviours = {each["PathPattern"]: each for each in pages["CacheBehaviors"]}
    kept = [
        path
        for path, each in behaviours.items()
        if each["CachePolicyId"] not in (NO_CACHE, behaviours["/static/*"]["CachePolicyId"])
    ]
    assert len(kept) == 6
    for path in kept:
        assert behaviours[path]["OriginRequestPolicyId"] == asked.physical_resource_id, path
        assert behaviours[path]["FunctionAssociations"][0]["EventType"] == "viewer-request"
    # Amazon takes the first that fits.
    assert list(behaviours).index("/@*/*") < list(behaviours).index("/@*")
    assert behaviours["/@*/*"]["CachePolicyId"] == NO_CACHE


def test_every_process_knows_whom_to_tell_of_changes(account: cloud.Account) -> None:
    for name, task in account.tasks.items():
        given = {each["name"]: each["value"] for each in task["containerDefinitions"][0].get("environment", ())}
        if "HUNTAZE_ENV" in given:
            assert given["HUNTAZE_EDGE_CACHES"] == f"cloudfront://{account.outputs['PagesDistribution']}", name


def normalised(browser: Browser, account: cloud.Account, **request: Any) -> dict[str, Any]:
    (function,) = account.of("AWS::CloudFront::Function")
    page = browser.new_page()
    asked = {"headers": {}, "cookies": {}, "querystring": {}, **request}
    try:
        done: dict[str, Any] = page.evaluate(
            f"() => {{ {function.properties['FunctionCode']}; return handler({{request: {json.dumps(asked)}}}); }}"
        )
    finally:
        page.close()
    return done


def valued(**values: str) -> dict[str, dict[str, str]]:
    return {name.replace("_", "-"): {"value": value} for name, value in values.items()}


class TestFewKeys:
    @pytest.mark.parametrize(
        "accepted", ["", "fr", "FR-ca", "en-US,en;q=0.9,fr;q=0.8", "de,fr;q=0.7,en;q=0.3", "frr", "tlh, fr-CH;q=0.4"]
    )
    def test_the_language_is_the_one_that_we_would_choose(
        self, browser: Browser, account: cloud.Account, accepted: str, rf: RequestFactory
    ) -> None:
        done = normalised(browser, account, headers=valued(accept_language=accepted))
        expected = get_language_from_request(rf.get("/", headers={"Accept-Language": accepted}))
        assert done["headers"]["accept-language"] == {"value": expected}

    def test_what_is_chosen_stands_before_what_the_browser_likes(
        self, browser: Browser, account: cloud.Account
    ) -> None:
        done = normalised(
            browser,
            account,
            headers=valued(accept_language="en"),
            cookies=valued(language="fr", theme="dark", sidebar="folded"),
            querystring=valued(before="x") | {"utm_source": {"value": "mail"}},
        )
        assert done["headers"]["accept-language"] == {"value": "fr"}
        assert done["cookies"] == {"theme": {"value": "dark"}}
        assert done["querystring"] == {"before": {"value": "x"}}

    def test_an_address_that_names_its_language_is_one_for_all(self, browser: Browser, account: cloud.Account) -> None:
        done = normalised(
            browser,
            account,
            headers=valued(accept_language="en"),
            querystring=valued(lang="fr"),
            cookies=valued(theme="x"),
        )
        assert (done["headers"], done["cookies"]) == ({}, {})

    @pytest.mark.parametrize("name", ["__Host-sessionid", "messages", cookies.ACCESS, cookies.REFRESH])
    def test_who_says_who_they_are_is_let_through_as_they_are(
        self, browser: Browser, account: cloud.Account, name: str
    ) -> None:
        sent = {name: {"value": "x"}, "csrftoken": {"value": "y"}}
        assert normalised(browser, account, cookies=sent)["cookies"] == sent


class TestTelling:
    @pytest.fixture
    def distribution(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        with cloud.alone(), mock_aws():
            cloudfront.client.cache_clear()
            client: Any = boto3.client("cloudfront", region_name="us-east-1")
            origin = {
                "Id": "one",
                "DomainName": "huntaze.example",
                "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
            }
            made = client.create_distribution(
                DistributionConfig={
                    "CallerReference": "one",
                    "Comment": "",
                    "Enabled": True,
                    "Origins": {"Quantity": 1, "Items": [origin]},
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "one",
                        "ViewerProtocolPolicy": "https-only",
                        "CachePolicyId": NO_CACHE,
                    },
                }
            )
            yield client, made["Distribution"]["Id"]
        cloudfront.client.cache_clear()

    def test_all_that_changed_is_one_invalidation(self, distribution: Any, settings: Any) -> None:
        client, name = distribution
        cloudfront.CloudFront(name).forget(["@nadia", "@lea"])
        (one,) = client.list_invalidations(DistributionId=name)["InvalidationList"]["Items"]
        told = client.get_invalidation(DistributionId=name, Id=one["Id"])["Invalidation"]["InvalidationBatch"]["Paths"]
        assert sorted(told["Items"]) == ["/@lea*", "/@nadia*"]

    def test_a_distribution_that_is_not_there_is_no_success(self, distribution: Any) -> None:
        with pytest.raises(NotForgotten):
            cloudfront.CloudFront("ENOBODY").forget(["@nadia"])
