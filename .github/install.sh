#!/usr/bin/env bash
# Makes the program of action.yml ready, and tells the next step where it is (KP_PROGRAM). What is built already is taken as it is;
# else the release of the tag that the workflow names; only where there is none is it built from its sources.
set -u -o pipefail

ready() {
  echo "KP_PROGRAM=$1/bin/kp-explain.cjs" >>"$GITHUB_ENV"
  exit 0
}

if [ -f "$KP_ACTION/dist/cli/main.cjs" ] && [ -f "$KP_ACTION/dist/packages/yaml.cjs" ]; then
  echo "kp-explain is built already"
  ready "$KP_ACTION"
fi

folder="$RUNNER_TEMP/kp-explain"
url="$KP_RELEASES/$KP_REF/kp-explain.tar.gz"
if [ -n "$KP_REF" ] && mkdir -p "$folder" &&
  curl --fail --silent --show-error --location --max-time 60 --output "$folder.tar.gz" "$url" 2>/dev/null &&
  tar -xzf "$folder.tar.gz" -C "$folder" && [ -f "$folder/dist/cli/main.cjs" ]; then
  echo "kp-explain of the release $KP_REF"
  ready "$folder"
fi

echo "no release of ${KP_REF:-this state}: building kp-explain"
# With NODE_ENV=production npm would leave out what builds it.
(cd "$KP_ACTION" && npm ci --include=dev --no-audit --no-fund) || exit 1
ready "$KP_ACTION"
