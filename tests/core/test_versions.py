"""Who began with which version."""

from __future__ import annotations

from desktop_share.core.versions import ClientVersions


def test_that_a_client_of_which_nothing_is_known_has_no_other_version() -> None:
    assert not ClientVersions().has_another("item", "192.168.1.7", "curl", '"2"')


def test_that_only_the_client_that_began_with_another_version_has_it() -> None:
    versions = ClientVersions()
    versions.begins("item", "192.168.1.7", "curl", '"1"')
    assert versions.has_another("item", "192.168.1.7", "curl", '"2"')
    assert not versions.has_another("item", "192.168.1.7", "curl", '"1"')
    assert not versions.has_another("item", "192.168.1.8", "curl", '"2"')
    assert not versions.has_another("item", "192.168.1.7", "Wget", '"2"')
    assert not versions.has_another("other", "192.168.1.7", "curl", '"2"')


def test_that_who_starts_over_has_the_new_version() -> None:
    versions = ClientVersions()
    versions.begins("item", "192.168.1.7", "curl", '"1"')
    versions.begins("item", "192.168.1.7", "curl", '"2"')
    assert not versions.has_another("item", "192.168.1.7", "curl", '"2"')


def test_that_the_ones_that_came_last_are_remembered() -> None:
    versions = ClientVersions(kept=2)
    for client in ("a", "b", "a", "c"):
        versions.begins("item", client, "", '"1"')
    assert [versions.has_another("item", client, "", '"2"') for client in ("a", "b", "c")] == [True, False, True]
