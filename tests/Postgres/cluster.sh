# Makes and starts a PostgreSQL of its own, and minds it: its output says "ready FOLDER", and at the end of its standard input, which comes
# in whatever way its caller ends, a kill included, it stops the cluster and deletes the folder. So it does at TERM, INT and HUP.
# $1 the folder of PostgreSQL's programs, $2 a free port, $3 lines for postgresql.conf; for a standby $4, the port of its primary, and $5, the
# name by which the primary knows it. Not for root, whom initdb refuses.
programs=$1 folder='' reader=''
end() {
  # Whoever is impatient and signals again does not stop the stopping.
  trap '' EXIT INT HUP TERM
  [ -z "$reader" ] || kill "$reader" 2>/dev/null
  [ -n "$folder" ] || return
  "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
  # A backend that is only just ending may still make a file while its folder is deleted.
  for _ in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break; sleep 1; done
}
trap end EXIT
trap 'exit 1' INT HUP TERM

# A step hears no signal, also where one goes to the whole group, and the shell heeds it after the step: a server that is left alone while it
# starts has no file yet by which it would be found and stopped.
step() { (trap '' INT HUP TERM && "$@"); }
make_data() {
  if [ -n "$4" ]; then
    "$1/pg_basebackup" -d "host=127.0.0.1 port=$4 user=postgres application_name=$5" -D "$folder/data" -c fast -R -C -S "$5" --no-sync
  else
    # A language's order, as in most databases that people have: what counts on the order of bytes shows itself.
    "$1/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync
  fi
}
folder=$(step mktemp -d "${TMPDIR:-/tmp}/parley-postgres-XXXXXX") || exit 1
step make_data "$@" >"$folder/log" 2>&1 &&
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" 'max_connections = 300' "$3" >>"$folder/data/postgresql.conf" &&
  step "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -o "-p $2" -w -t 60 start >/dev/null 2>&1 &&
  echo "ready $folder" || { cat "$folder/log"; exit 1; }

# Read by another: some shells heed a signal only when a read of their own is over.
exec 3<&0
(read -r _ <&3) &
reader=$!
wait "$reader"
