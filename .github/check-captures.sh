#!/usr/bin/env bash
# The check of action.yml: annotations on standard output, other formats into files, and the result as an output.
set -u -o pipefail

kp() {
  node "$KP_ACTION/bin/kp-explain.cjs" check "$@"
}

arguments=(--severity "$KP_SEVERITY")
while IFS= read -r code; do
  if [ -n "$code" ]; then arguments+=(--ignore "$code"); fi
done <<<"$KP_IGNORE"
if [ -n "$KP_EXPECT" ]; then arguments+=(--expect "$KP_EXPECT"); fi
arguments+=(--)
while IFS= read -r capture; do
  if [ -n "$capture" ]; then arguments+=("$capture"); fi
done <<<"$KP_CAPTURES"

kp -o github "${arguments[@]}"
status=$?

# A capture that did not pass (1) is told in these as well; one that cannot be read (2) was told above.
if [ -n "$KP_SARIF" ]; then kp -o sarif "${arguments[@]}" >"$KP_SARIF" 2>/dev/null; fi
if [ -n "$KP_JUNIT" ]; then kp -o junit "${arguments[@]}" >"$KP_JUNIT" 2>/dev/null; fi

if [ "$status" -eq 0 ]; then passed=true; else passed=false; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "passed=$passed" >>"$GITHUB_OUTPUT"; fi
exit "$status"
