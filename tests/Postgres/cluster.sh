# Makes and starts a PostgreSQL of its own, and minds it: its output says "ready FOLDER", and at the end of its standard input, which comes
# in whatever way its caller ends, a kill included, it stops the cluster and deletes the folder.
# $1 the folder of PostgreSQL's programs, $2 a free port, $3 lines for postgresql.conf; for a standby $4, the port of its primary, and $5, the
# name by which the primary knows it. Not for root, whom initdb refuses.
trap '' INT HUP
folder=$(mktemp -d "${TMPDIR:-/tmp}/parley-postgres-XXXXXX") || exit 1
make_data() {
  if [ -n "$4" ]; then
    "$1/pg_basebackup" -d "host=127.0.0.1 port=$4 user=postgres application_name=$5" -D "$folder/data" -c fast -R -C -S "$5" --no-sync
  else
    # A language's order, as in most databases that people have: what counts on the order of bytes shows itself.
    "$1/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync
  fi
}
make_data "$@" >"$folder/log" 2>&1 &&
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" 'max_connections = 300' "$3" >>"$folder/data/postgresql.conf" &&
  "$1/pg_ctl" -D "$folder/data" -l "$folder/log" -o "-p $2" -w -t 60 start >/dev/null 2>&1 &&
  echo "ready $folder"
if [ $? -eq 0 ]; then read -r _; else cat "$folder/log"; fi
"$1/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
# A backend that is only just ending may still make a file while its folder is deleted.
for _ in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break; sleep 1; done
