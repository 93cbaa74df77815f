#!/usr/bin/env bash
# sign.sh APP: signs the program on a macOS runner, with $CERTIFICATE (base64), its $PASSWORD and $IDENTITY. Untested.
set -euo pipefail
app=$1
entitlements=$(dirname "$0")/entitlements.plist
keychain=$RUNNER_TEMP/signing.keychain-db
secret=$(uuidgen)
printf '%s' "$CERTIFICATE" | base64 --decode >"$RUNNER_TEMP/certificate.p12"
security create-keychain -p "$secret" "$keychain"
security unlock-keychain -p "$secret" "$keychain"
security import "$RUNNER_TEMP/certificate.p12" -k "$keychain" -P "$PASSWORD" -T /usr/bin/codesign
security set-key-partition-list -S apple-tool:,apple: -s -k "$secret" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
rm "$RUNNER_TEMP/certificate.p12"

sign() {
    codesign --force --timestamp --options runtime --entitlements "$entitlements" --sign "$IDENTITY" "$@"
}
# from the inside out: what holds a signed thing is signed after it
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 | while IFS= read -r -d '' library; do
    sign "$library"
done
find "$app/Contents" -type d -name '*.framework' -print0 | while IFS= read -r -d '' framework; do
    sign "$framework"
done
sign "$app"
codesign --verify --deep --strict "$app"
