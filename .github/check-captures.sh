#!/usr/bin/env bash
# The check of action.yml, in one run: annotations on standard output, other formats into files, a summary for the job, and the
# result as an output.
set -u -o pipefail

arguments=(-o github --severity "$KP_SEVERITY")
if [ -n "$KP_SARIF" ]; then arguments+=(-o "sarif=$KP_SARIF"); fi
if [ -n "$KP_JUNIT" ]; then arguments+=(-o "junit=$KP_JUNIT"); fi
if [ -n "${KP_HTML:-}" ]; then arguments+=(-o "html=$KP_HTML"); fi
summary=
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  summary="$(mktemp)"
  trap 'rm -f "$summary"' EXIT
  arguments+=(-o "markdown=$summary")
fi
while IFS= read -r code; do
  if [ -n "$code" ]; then arguments+=(--ignore "$code"); fi
done <<<"$KP_IGNORE"
if [ -n "$KP_EXPECT" ]; then arguments+=(--expect "$KP_EXPECT"); fi
arguments+=(--)
while IFS= read -r capture; do
  if [ -n "$capture" ]; then arguments+=("$capture"); fi
done <<<"$KP_CAPTURES"

node "$KP_PROGRAM" check "${arguments[@]}"
status=$?

if [ -n "$summary" ]; then cat "$summary" >>"$GITHUB_STEP_SUMMARY"; fi
if [ "$status" -eq 0 ]; then passed=true; else passed=false; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "passed=$passed" >>"$GITHUB_OUTPUT"; fi
exit "$status"
