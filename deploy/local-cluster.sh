#!/usr/bin/env bash
# A whole cluster on this machine, without containers: Redis, a blob server (Azurite) and silos, each a process of its own.
# 'deploy/local-cluster.sh help' says how to use it.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

usage() {
  cat <<'TEXT'
usage: local-cluster.sh up|down|status [options]
       local-cluster.sh start|stop|kill NAME [options]      one process: redis, blob, control-1, compute-1, ...

  up       starts what does not run: Redis, Azurite, control and compute silos; waits until every silo is ready
  down     stops everything; --purge also deletes the folder, and with it the store
  status   one line a process; exit code 0 only when all are ready
  start    starts one process again (a silo number that is new joins the cluster)
  stop     SIGTERM: a silo hands back its unit and leaves; kill: SIGKILL

  --folder DIR      pids, logs, data, cluster.env (default: ./.ifguide/cluster)
  --silos N         compute silos (default 2)
  --control N       control silos (default 1)
  --threads N       threads of a compute silo (default: the cores, shared by the compute silos)
  --device D        what compute silos compute on (default cpu)
  --port-base P     ports P (Redis), P+1 (blob), P+100+i (silos), P+200+i (gateways), P+300+i (health) (default 21000)
  --address IP      where Redis and Azurite listen (default 127.0.0.1)
  --store URI       the silos' store (default azure:ifguide, on Azurite)

A file DIR/hosts may place silos: a line 'NAME ADDRESS LAUNCHER...' lets the silo listen on ADDRESS and starts it with
LAUNCHER before its command, for example 'compute-1 10.0.0.2 ip netns exec one'. IFGUIDE_PROGRAM names another program.
TEXT
}

fail() { echo "local-cluster: $*" >&2; exit 1; }

verb=${1:-help}; [ $# -gt 0 ] && shift
name=
case "$verb" in
  up|down|status) ;;
  start|stop|kill) name=${1:-}; [ -n "$name" ] || fail "$verb whom? redis, blob, control-N or compute-N"; shift ;;
  help|-h|--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

folder=./.ifguide/cluster
for ((i = 1; i <= $#; i++)); do [ "${!i}" = --folder ] && { j=$((i + 1)); folder=${!j:?--folder needs a value}; }; done
mkdir -p "$folder"; folder=$(cd "$folder" && pwd)

silos=2 control=1 threads= device=cpu base=21000 address=127.0.0.1 store=azure:ifguide purge=
[ -f "$folder/settings" ] && . "$folder/settings"          # what 'up' was told before
while [ $# -gt 0 ]; do
  case "$1" in
    --folder) shift 2 ;;
    --silos) silos=$2; shift 2 ;;
    --control) control=$2; shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    --device) device=$2; shift 2 ;;
    --port-base) base=$2; shift 2 ;;
    --address) address=$2; shift 2 ;;
    --store) store=$2; shift 2 ;;
    --purge) purge=yes; shift ;;
    *) fail "unknown option '$1'; 'local-cluster.sh help' lists them" ;;
  esac
done
for number in "$silos" "$control" "$base" ${threads:+"$threads"}; do
  [[ $number =~ ^[0-9]{1,5}$ ]] || fail "'$number' is not a whole number"
done

# The development account that every Azure storage emulator has; it opens nothing else.
export AZURE_STORAGE_CONNECTION_STRING="DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://$address:$((base + 1))/devstoreaccount1;"

# --- processes: a pid file holds the pid and its start time, so that a pid that was given to another process is not ours

# State and start time of a process, read at once: between two reads it may be gone.
life() { local fields; read -ra fields <<< "$(sed -e 's/.*) //' "/proc/$1/stat" 2>/dev/null)"; echo "${fields[0]:-X} ${fields[19]:-}"; }

pid_of() {
  local pid time state since
  read -r pid time 2>/dev/null < "$folder/$1.pid" || return 1
  read -r state since <<< "$(life "$pid")"
  [ "$since" = "$time" ] && [[ $state != [ZX] ]] && echo "$pid"
}

launch() {  # NAME COMMAND...
  local service=$1; shift
  setsid nohup "$@" > "$folder/$service.out" 2>> "$folder/$service.log" < /dev/null &
  echo "$! $(life $! | cut -d' ' -f2)" > "$folder/$service.pid"
}

signal() {  # NAME SIGNAL SECONDS: then SIGKILL
  local pid tick; pid=$(pid_of "$1") || return 0
  kill -s "$2" "$pid" 2>/dev/null || true
  for ((tick = 0; tick < $3 * 10; tick++)); do [ -n "$(pid_of "$1")" ] || return 0; sleep 0.1; done
  kill -s KILL "$pid" 2>/dev/null || true
  while [ -n "$(pid_of "$1")" ]; do sleep 0.05; done
}

await() {  # NAME WHAT SECONDS TEST...
  local service=$1 what=$2 seconds=$3 deadline; shift 3
  deadline=$((SECONDS + seconds))
  until "$@" 2>/dev/null; do
    [ -n "$(pid_of "$service")" ] || { tail -n 20 "$folder/$service.log" >&2; fail "$service ended while it started; its log is $folder/$service.log"; }
    [ $SECONDS -lt $deadline ] || fail "$service is not $what after $seconds s; its log is $folder/$service.log"
    sleep 0.1
  done
}

port_open() { (exec 3<> "/dev/tcp/$address/$1") 2>/dev/null; }

# --- Redis: membership must survive its death, so every change goes to the append-only file, and nothing is ever evicted

start_redis() {
  [ -z "$(pid_of redis)" ] || return 0
  command -v redis-server > /dev/null || { echo 'Installing redis-server ...' >&2; { apt-get update -q && apt-get install -y -q redis-server; } > "$folder/apt.log" 2>&1; } \
    || fail "redis-server is missing and cannot be installed (see $folder/apt.log): install Redis 6 or newer"
  ! port_open "$base" || fail "port $base is taken: choose another --port-base"
  mkdir -p "$folder/redis"
  launch redis redis-server --bind "$address" --port "$base" --dir "$folder/redis" --save '' --appendonly yes --appendfsync everysec --maxmemory-policy noeviction --protected-mode no
  await redis 'listening' 30 port_open "$base"
}

# --- the blob server

start_blob() {
  [ -z "$(pid_of blob)" ] || return 0
  local services="$root/deploy/services" azurite="$root/deploy/services/node_modules/.bin/azurite-blob"
  "$services/install" 2> "$folder/npm.log" || { cat "$folder/npm.log" >&2; fail 'the blob server Azurite cannot be installed; the reasons stand above'; }
  ! port_open $((base + 1)) || fail "port $((base + 1)) is taken: choose another --port-base"
  mkdir -p "$folder/blob"
  launch blob node --require "$services/save-before-answering.cjs" "$azurite" --location "$folder/blob" --blobHost "$address" --blobPort $((base + 1)) --silent --disableTelemetry --skipApiVersionCheck
  await blob 'listening' 60 port_open $((base + 1))
}

# --- silos

program() {
  if [ -n "${IFGUIDE_PROGRAM:-}" ]; then echo "$IFGUIDE_PROGRAM"; return; fi
  "$root/deploy/ifguide" --version > /dev/null || fail 'the build failed'
  echo "$root/src/IfGuide.Cli/bin/Release/net10.0/ifguide"
}

ready() { grep -q '"event":"ready"' "$folder/$1.out"; }

start_silo() {  # NAME
  [ -z "$(pid_of "$1")" ] || return 0
  local role=${1%-*} number=${1##*-} offset listen=127.0.0.1 launcher=() known host options=()
  [[ $1 =~ ^(control|compute)-[1-9][0-9]?$ ]] || fail "'$1' is no process of a cluster; expected redis, blob, control-N or compute-N"
  offset=$number; [ "$role" = control ] && offset=$((50 + number))
  [ -z "${executable:-}" ] && executable=$(program)
  if [ -f "$folder/hosts" ]; then
    while read -r known host rest; do [ "$known" = "$1" ] && { listen=$host; read -ra launcher <<< "$rest"; }; done < "$folder/hosts"
  fi
  [ "$listen" = 127.0.0.1 ] || options+=(--insecure)
  [ "$role" = compute ] && options+=(--device "$device" --threads "${threads:-$(( $(nproc) / silos > 0 ? $(nproc) / silos : 1 ))}")
  DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}" launch "$1" "${launcher[@]}" "$executable" silo --cluster "redis://$address:$base" \
    --store "$store" --role "$role" --name "$1" --listen "$listen" --silo-port $((base + 100 + offset)) --gateway-port $((base + 200 + offset)) --health-port $((base + 300 + offset)) \
    --json "${options[@]}"
}

names() {
  local i
  for ((i = 1; i <= control; i++)); do echo "control-$i"; done
  for ((i = 1; i <= silos; i++)); do echo "compute-$i"; done
}

started_silos() { for file in "$folder"/control-*.pid "$folder"/compute-*.pid; do [ -f "$file" ] && basename "$file" .pid; done; true; }

start_one() {
  case "$1" in
    redis) start_redis ;;
    blob) start_blob ;;
    *) start_silo "$1"; await "$1" ready 90 ready "$1" ;;
  esac
}

up() {
  local silo
  declare -p silos control threads device base address store | sed 's/^declare -- //' > "$folder/settings"
  start_redis
  case "$store" in azure:*)
    start_blob
    local container=${store#azure:}
    node "$root/deploy/services/create-container.mjs" "${container%%/*}"
  esac
  executable=$(program)
  for silo in $(names); do start_silo "$silo"; done
  for silo in $(names); do await "$silo" ready 90 ready "$silo"; done
  cat > "$folder/cluster.env" <<TEXT
export IFGUIDE_CLUSTER='redis://$address:$base'
export IFGUIDE_STORE='$store'
export AZURE_STORAGE_CONNECTION_STRING='$AZURE_STORAGE_CONNECTION_STRING'
TEXT
  cat >&2 <<TEXT
The cluster is up: $control control, $silos compute. Logs: $folder/*.log
Try:
  source $folder/cluster.env
  deploy/ifguide run deploy/quickstart/run.yaml --cluster \$IFGUIDE_CLUSTER --store \$IFGUIDE_STORE
and while it runs: deploy/local-cluster.sh kill compute-1
TEXT
}

down() {
  local silo
  for silo in $(started_silos); do signal "$silo" TERM 35 & done; wait
  signal blob TERM 5
  signal redis TERM 5
  rm -f "$folder"/*.pid
  [ -z "$purge" ] || rm -rf "$folder"
}

status() {
  local service pid state all=0
  for service in redis $(case "$store" in azure:*) echo blob ;; esac) $(sort -u <(names) <(started_silos)); do
    if ! pid=$(pid_of "$service") || [ -z "$pid" ]; then state='not running' all=1
    elif grep -q '^State:.*T (' "/proc/$pid/status"; then state="pid $pid, stopped by a signal" all=1
    elif [[ $service =~ ^(redis|blob)$ ]] || ready "$service"; then state="pid $pid, ready"
    else state="pid $pid, starting" all=1
    fi
    printf '%-12s %s\n' "$service" "$state"
  done
  return $all
}

case "$verb" in
  up) up ;;
  down) down ;;
  status) status ;;
  start) start_one "$name" ;;
  stop) signal "$name" TERM 35; rm -f "$folder/$name.pid" ;;
  kill) signal "$name" KILL 5; rm -f "$folder/$name.pid" ;;
esac
