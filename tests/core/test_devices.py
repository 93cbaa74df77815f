from __future__ import annotations

import pytest

from desktop_share.core.devices import MOST_CHARACTERS, device_name

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/124.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/124.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/124.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/124.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/124.0.0.0 Safari/537.36 OPR/109.0.0.0", "Opera on Windows"),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S9) {KIT} SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0", "Firefox on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.4 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/124.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPad",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.4 Safari/605.1.15",
            "Safari on a Mac",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "FxiOS/125.0 Mobile/15E148 Safari/605.1.15",
            "Firefox on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
        (f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) {KIT} Version/6.0 TV Safari/537.36", "Safari on a TV"),
        ("Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0; en-US) PowerShell/7.4.1", "PowerShell"),
        ("AppleCoreMedia/1.0.0.21E219 (iPhone; U; CPU OS 17_4 like Mac OS X; de_de)", "Media player on iPhone"),
        ("curl/8.5.0", "curl"),
        ("Wget/1.21.4", "Wget"),
        ("Wget2/2.1.0", "Wget"),
        ("aria2/1.37.0", "aria2"),
        ("Axel/2.17.11 (Linux)", "Axel"),
        ("lftp/4.9.2", "lftp"),
        ("Lavf/60.16.100", "FFmpeg"),
        ("VLC/3.0.20 LibVLC/3.0.20", "VLC"),
        ("python-requests/2.31.0", "a Python program"),
        ("Python-urllib/3.11", "a Python program"),
        ("okhttp/4.12.0", "an Android app"),
        ("stagefright/1.2 (Linux;Android 14)", "an Android app"),
        ("", ""),
        ("-", ""),
        ("something/1.0", ""),
        ("<script>alert(1)</script>", ""),
        ("Mozilla/5.0", ""),
        ("Mozilla/5.0 (Linux; <b>Android)", "A browser on Android"),
    ],
)
def test_what_a_client_is_called(user_agent, name):
    assert device_name(user_agent) == name


def test_that_nothing_of_a_long_text_comes_out():
    assert len(device_name("Mozilla/5.0 (Android) Chrome/" + "x" * 1_000_000)) <= MOST_CHARACTERS
