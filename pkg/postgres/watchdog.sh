# Runs the server and stops it when the other end of standard input closes, which the kernel sees to even
# when the process that held it was killed. Arguments: the socket's folder, then the server's command line.
socket=$1
shift
exec 9<&0
"$@" </dev/null 9<&- &
server=$!
# Ends at the end of input only: nothing is ever written to it. SIGINT asks for a fast shutdown.
(while read -r _; do :; done; kill -INT $server) <&9 9<&- &
watcher=$!
exec 9<&- </dev/null
wait $server
kill $watcher 2>/dev/null # unless it is done
rm -f "$socket"/.s.PGSQL.*
rmdir "$socket" 2>/dev/null
