# Real connections past IPVS, for ipvs-shown.test.ts: a client, a node that balances, two servers behind it and one on it. Servers end
# each connection first, so that the client may come again from the same port. Prints what IPVS held before each, and who answered.
set -e
cd /tmp
for n in c a b; do
  ip netns add $n; ip link add name v$n type veth peer name e netns $n; ip link set v$n up
  ip netns exec $n ip link set e up; ip netns exec $n ip link set lo up
done
ip addr add 10.1.0.1/24 dev vc; ip addr add 10.2.0.1/24 dev va; ip addr add 10.3.0.1/24 dev vb
ip netns exec c ip addr add 10.1.0.2/24 dev e; ip netns exec c ip route add default via 10.1.0.1
for last in $(seq 10 25); do ip netns exec c ip addr add 10.1.0.$last/24 dev e; done
ip netns exec a ip addr add 10.2.0.2/24 dev e; ip netns exec a ip route add default via 10.2.0.1
ip netns exec b ip addr add 10.3.0.2/24 dev e; ip netns exec b ip route add default via 10.3.0.1
sysctl -qw net.ipv4.ip_forward=1
ip link add kube-ipvs0 type dummy
for last in 1 $(seq 10 25); do ip addr add 10.96.0.$last/32 dev kube-ipvs0; done
modprobe nf_conntrack
iptables-legacy -A FORWARD -m conntrack --ctstate NEW -j ACCEPT
cat > serve.pl <<'END'
use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 20, ReuseAddr => 1) or die;
while (my $c = $s->accept) { print $c $ARGV[0]; close $c }
END
cat > ask.pl <<'END'
use Socket;
my ($from, $port, $to, $ttl) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0);
setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
setsockopt($s, 0, 2, pack('i', $ttl)) if $ttl;
bind($s, sockaddr_in($port, inet_aton($from)));
$SIG{ALRM} = sub { print 'none'; exit };
alarm 2;
if (!connect($s, sockaddr_in(80, inet_aton($to)))) { print $!{ECONNREFUSED} ? 'refused' : 'none'; exit }
my $got; sysread($s, $got, 20); print $got;
END
ip netns exec a perl serve.pl 10.2.0.2 & ip netns exec b perl serve.pl 10.3.0.2 & perl serve.pl 10.1.0.1 &
sleep 1
settings() { sysctl -qw net.ipv4.vs.conntrack=1 net.ipv4.vs.expire_nodest_conn=$1 net.ipv4.vs.conn_reuse_mode=$2 net.ipv4.vs.expire_quiescent_template=1; ipvsadm -C; }
balance() { # VIRTUAL OPTIONS, then REAL WEIGHT …
  ipvsadm -A -t $1:80 $2; virtual=$1; shift 2
  while [ $# -gt 0 ]; do ipvsadm -a -t $virtual:80 -r $1:8080 -m -w $2; shift 2; done
}
ask() { # NAME FROM PORT TO [TTL]
  echo "== $1 | $2:$3 | $4:80 | ${5:-64}"
  sysctl net.ipv4.vs | grep -E 'vs\.(conntrack|expire|conn_reuse)'
  echo '-- ipvs'; ipvsadm-save -n; ipvsadm -Lnc | grep -E "$2:($3|0) |^pro|^IPVS"
  echo '-- got'; ip netns exec c perl ask.pl $2 $3 $4 $5; echo; sleep 0.2
}
port=4000
again() { # NAME EXPIRE_NODEST REUSE OPTIONS DRAIN
  port=$((port + 1))
  settings $2 $3; balance 10.96.0.1 "-s rr $4" 10.2.0.2 1 10.3.0.2 1
  first=$(ip netns exec c perl ask.pl 10.1.0.2 $port 10.96.0.1); sleep 0.2
  [ -z "$5" ] || ipvsadm -e -t 10.96.0.1:80 -r $first:8080 -m -w 0
  for i in 1 2 3; do [ $i = 1 ] || [ -z "$5" ] || break; ask "$1" 10.1.0.2 $port 10.96.0.1; done
}
again 'ended, conn_reuse_mode 1' 0 1 '' ''
again 'ended, conn_reuse_mode 0' 0 0 '' ''
again 'ended, drained, conn_reuse_mode 1' 0 1 '' drain
again 'ended, drained, conn_reuse_mode 0' 0 0 '' drain
again 'ended, drained, expire_nodest_conn 1' 1 0 '' drain
again 'ended, of a template' 0 1 '-p 60' ''
again 'ended, of a template, drained' 0 1 '-p 60' drain
settings 1 1; balance 10.96.0.1 '-s sh' 10.2.0.2 1 10.3.0.2 0
for last in $(seq 10 25); do ask 'sh, one of weight 0' 10.1.0.$last 5000 10.96.0.1; done
settings 1 1
for last in $(seq 10 25); do balance 10.96.0.$last '-s dh' 10.2.0.2 1 10.3.0.2 0; done
for last in $(seq 10 25); do ask 'dh, one of weight 0' 10.1.0.2 $((5000 + last)) 10.96.0.$last; done
settings 1 1; balance 10.96.0.1 '-s rr' 10.1.0.1 1; balance 10.96.0.10 '-s rr' 10.2.0.2 1
ask 'the last hop, to a server on the node' 10.1.0.2 6001 10.96.0.1 1
ask 'the last hop, to another machine' 10.1.0.2 6002 10.96.0.10 1
ask 'one hop more, to another machine' 10.1.0.2 6003 10.96.0.10 2
kill $(jobs -p)
