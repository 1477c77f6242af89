# Functions for several instances behind HAProxy, for bash: . docker/fleet.sh
#
# docs/fleet.md explains them. They need curl and jq, and socat or Docker. FLEET is the address of HAProxy, TOKEN a token if the
# instances need one, SOCKET the socket of HAProxy. With DOCKER=1, HAProxy is the service `proxy` of docker/fleet.yaml.
#
# shellcheck shell=bash
FLEET=${FLEET:-http://127.0.0.1:8080}
SOCKET=${SOCKET:-/run/haproxy/admin.sock}
DOCKER=${DOCKER:-} TOKEN=${TOKEN:-}
FLEET_YAML=$(dirname "${BASH_SOURCE[0]}")/fleet.yaml

# Gives HAProxy a command: admin show table instances
admin() { tell <<<"$*"; }

# Shows the servers that have an instance: UP, DRAIN, or DOWN and why.
servers() {
  local stats
  stats=$(admin show stat instances 4 -1) || return
  awk -F, '
    /^# / { sub(/^# /, ""); for (i = 1; i <= NF; i++) column[$i] = i; next }
    NF > 1 { split($column["status"], status, " ") }
    NF > 1 && status[1] != "MAINT" {
      check = $column["last_chk"]
      sub(/^OK comment: /, "", check)
      print $column["svname"], status[1] (status[1] == "DOWN" ? ": " (check ? check : $column["check_desc"]) : "")
    }' <<<"$stats"
}

# Gives an instance its slot, and waits until HAProxy uses it, at most 5 s: add w4 127.0.0.1 8084
add() {
  local slot=instances/$1 try
  admin "set server $slot addr $2 port $3; set server $slot state ready; set server $slot health down" >/dev/null || return
  for ((try = 0; try < 50; try++)); do
    if servers | grep -q "^$1 UP"; then
      save
      return
    fi
    sleep 0.1
  done
  servers | grep "^$1 " >&2
  admin set server "$slot" state maint >/dev/null
  return 1
}

# Sends no new hosts to an instance: drain w1
drain() { admin set server "instances/$1" state drain >/dev/null && save; }

# Ends that: undrain w1
undrain() { admin set server "instances/$1" state ready >/dev/null && save; }

# Writes down what add and drain have set, so that a reload or a restart keeps it.
save() {
  local state
  state=$(admin show servers state) || return
  if [[ $DOCKER ]]; then
    docker compose -f "$FLEET_YAML" exec -T proxy sh -c 'cat >/run/haproxy/servers' <<<"$state"
  else
    cat >"${SOCKET%/*}/servers" <<<"$state"
  fi
}

# Lists the hosts of an instance, except for default: hosts w1
hosts() {
  local page names next=
  local headers=(-H "Wdfilterd-Instance: $1")
  [[ $TOKEN ]] && headers+=(-H "Authorization: Bearer $TOKEN")
  while page=$(curl -sS "${headers[@]}" "$FLEET/v1/hosts?limit=1000${next:+&cursor=$next}"); do
    if ! names=$(jq -er '.items | map(.name | select(. != "default")) | join("\n")' <<<"$page" 2>/dev/null); then
      echo "$1: $(jq -r .detail <<<"$page" 2>/dev/null || echo "no list of hosts")" >&2
      return 1
    fi
    [[ $names ]] && echo "$names"
    next=$(jq -r '.next // empty' <<<"$page") || return
    [[ $next ]] || return 0
  done
  return 1
}

# Tells HAProxy which hosts an instance has: learn w1
learn() {
  local number names
  number=$(number "$1") && names=$(hosts "$1") || return
  sed -n "s/..*/clear table instances key &\nset table instances key & data.server_id $number/p" <<<"$names" | tell_all
}

# Clears the entries of hosts that an instance does not have any more: forget w1
forget() {
  local number entries names
  number=$(number "$1") && entries=$(admin show table instances) || return
  entries=$(sed -n "s/.* key=\([^ ]*\) .* server_id=$number .*/\1/p" <<<"$entries")
  names=$(hosts "$1") || return
  comm -23 <(sort <<<"$entries") <(sort <<<"$names") | sed -n 's/..*/clear table instances key &/p' | tell_all
}

# The number of an instance's line in haproxy.cfg, by which the table refers to it.
number() {
  local state
  state=$(admin show servers state instances) || return
  awk -v name="$1" '$4 == name { print $3; found = 1 } END { exit !found }' <<<"$state" && return
  echo "$1: HAProxy has no server of this name" >&2
  return 1
}

# Gives HAProxy the commands of standard input, one a line, which answer only faults. A last command must answer `admin`: if it
# does not, HAProxy has not read all of them.
tell_all() {
  local answer faults
  answer=$({ echo prompt && cat && echo show cli level && echo quit; } | tell | sed 's/^\(> \)*//; /^$/d' | sort -u)
  [[ $answer == admin ]] && return
  faults=$(grep -vx admin <<<"$answer")
  echo "HAProxy: ${faults:-it has not read all commands}" >&2
  return 1
}

# Copies standard input to the socket, and its answer to standard output.
tell() {
  if [[ $DOCKER ]]; then
    # The container has no socat, but Debian always has perl.
    docker compose -f "$FLEET_YAML" exec -T proxy perl -MIO::Socket::UNIX -e '
      $s = IO::Socket::UNIX->new("/run/haproxy/admin.sock") or die "no socket: $!\n";
      if (fork) { print while <$s>; wait } else { print $s $_ while <STDIN> }'
  else
    # The end of the input must not reach HAProxy: once it has seen that, it may leave the last commands unread.
    socat -t 60 stdio "UNIX-CONNECT:$SOCKET,shut-none"
  fi
}
