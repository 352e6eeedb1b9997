# method: curl and sed; what has failed goes back as "again NUMBER"

while :; do
    message=$(curl --silent --fail "$SIMPLEQUEUE_URL/get" | tr -d '\0') || exit 1
    if [ -z "$message" ]; then
        sleep 0.1
        continue
    fi
    again=$(printf '%s' "$message" | sed -n 's/^again \(0\.[0-9]*\)$/\1/p')
    number=$(printf '%s' "$message" | sed -n 's/^{.*"number": \(0\.[0-9][0-9]*\)}$/\1/p')
    case $number in
    0.0*) curl --silent --fail --get --data-urlencode "data=again $number" --output /dev/null "$SIMPLEQUEUE_URL/put" ;;
    esac
    case $again$number in
    '') ;;  # no number, or a negative one
    0.0*) [ -n "$again" ] && printf '{"number": %s}\n' "$again" ;;
    *) printf '{"number": %s}\n' "$number" ;;
    esac
done
