# method: bash, curl, and RESP by hand
[ -n "$BASH_VERSION" ] || exec bash "$0"

address=${REDIS_URL#redis://}
host=${address%%:*}
port=${address#*:}
exec 3<>"/dev/tcp/$host/${port%/*}"

# The answer to each of these commands is one line.
call() {
    printf '%s\r\n' "$*" >&3
    read -r answer <&3
    case $answer in -*) echo "$answer" >&2; exit 1 ;; esac
}

call SELECT "${address##*/}"
while :; do
    messages=$(curl --silent --fail "$SIMPLEQUEUE_URL/mget?items=20") || exit 1
    [ -n "$messages" ] || sleep 0.1
    while read -r message; do
        [[ $message =~ \"distribution\":\ *\"([^\"]*)\".*\"number\":\ *(-?[0-9]+) ]] || continue
        call HINCRBY "histogram:${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" 1
        call INCR messages
    done <<<"$messages"
done
