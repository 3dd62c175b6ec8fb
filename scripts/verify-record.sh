#!/bin/sh
# Verifies a record with coreutils alone: each line against its own hash, its number, and the line
# before. Usage: verify-record.sh journal.jsonl [first-number hash-before]
# A record that goes on from another directory begins with the number and hash that the last good
# line there leads to. Compare the printed head with one that was read aloud or posted: no chain can
# show by itself that its end was cut off.
LC_ALL=C
export LC_ALL
number=${2:-0}
before=${3:-0000000000000000000000000000000000000000000000000000000000000000}
[ -f "$1" ] && [ -r "$1" ] || { echo "no record can be read at '$1'"; exit 1; }
fail() { echo "record $number: $1"; exit 1; }
[ "$(tr -d '\000' <"$1" | wc -c)" -eq "$(wc -c <"$1")" ] || fail "a zero byte in the file"
while IFS= read -r line || { [ -n "$line" ] && fail "the line does not end"; }; do
    body=${line%,\"h\":\"*}
    hash=${line##*,\"h\":\"}
    [ "${hash%\"\}}\"}" = "$hash" ] || fail "no hash at its end"
    hash=${hash%\"\}}
    [ "$(printf %s "$body" | sha256sum)" = "$hash  -" ] || fail "its bytes do not give its hash"
    case $body in
    "{\"v\":1"*",\"seq\":$number,\"prev\":\"$before\","*) ;;
    *) fail "it is not the one that follows" ;;
    esac
    before=$hash
    number=$((number + 1))
done <"$1"
[ "$number" -gt "${2:-0}" ] || fail "the file has no line: a record begins with one"
echo "good: $number records, head $before"
