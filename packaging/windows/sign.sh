#!/usr/bin/env bash
# sign.sh FILE…: signs programs on a Windows runner, with $RUNNER_TEMP/certificate.pfx and its $PASSWORD. Untested.
set -euo pipefail
signtool=$(find "/c/Program Files (x86)/Windows Kits/10/bin" -path '*x64/signtool.exe' | sort -V | tail -n 1)
# the options of a Windows program begin with a slash, and are no paths
export MSYS2_ARG_CONV_EXCL='*'
"$signtool" sign /fd SHA256 /td SHA256 /tr http://timestamp.digicert.com \
    /f "$(cygpath -w "$RUNNER_TEMP/certificate.pfx")" /p "$PASSWORD" "$@"
"$signtool" verify /pa "$@"
