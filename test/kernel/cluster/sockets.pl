#!/usr/bin/perl
# Clients and servers for the cluster lab, in the namespaces given, and the far ends of its tunnels. One command a line:
#   listen NAMESPACE tcp|udp ADDRESS PORT NAME    a server that says its name to whoever comes
#   tunnel NAMESPACE DEVICE NAMESPACE DEVICE      carries packets between two tun devices
#   ask ID NAMESPACE tcp|udp ADDRESS PORT         a client; nothing is sent before
#   go SECONDS                                    all clients at once; for each a line `ID ok NAME`, `ID refused` or `ID silent`, then a dot
use strict;
use warnings;
use Errno qw(EINPROGRESS ECONNREFUSED EAGAIN);
use Fcntl;
use IO::Select;
use Socket;
use Time::HiRes qw(time);

my $machine = (split / /, qx(uname -m))[0];
chomp $machine;
my $setns = { x86_64 => 308, aarch64 => 268 }->{$machine} or die "no system call number for $machine\n";
my %namespaces = map { open(my $file, '<', "/run/netns/$_") or die "$_: $!\n"; $_ => $file } @ARGV;
my (%servers, %tunnels, @asked);
my $reads = IO::Select->new(\*STDIN);
$| = 1;
print "ready\n";

my $rest = '';
while (1) {
  for my $handle ($reads->can_read(1)) { $handle == \*STDIN ? commands() : serve($handle) }
}

sub commands {
  my $got = sysread(STDIN, $rest, 65536, length $rest);
  exit 0 unless $got;
  while ($rest =~ s/^(.*)\n//) {
    my ($command, @words) = split ' ', $1;
    if ($command eq 'listen') { listen_at(@words) }
    elsif ($command eq 'tunnel') { tunnel(@words) }
    elsif ($command eq 'ask') { push @asked, [@words] }
    elsif ($command eq 'go') { go($words[0]) }
    else { die "what is $command?\n" }
  }
}

sub enter {
  my $file = $namespaces{ $_[0] } or die "no namespace $_[0]\n";
  syscall($setns, fileno $file, 0x40000000) == 0 or die "setns: $!\n";
}

sub new_socket {
  my ($namespace, $protocol) = @_;
  enter($namespace);
  socket(my $socket, AF_INET, $protocol eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!\n";
  fcntl($socket, F_SETFL, fcntl($socket, F_GETFL, 0) | O_NONBLOCK);
  return $socket;
}

sub listen_at {
  my ($namespace, $protocol, $address, $port, $name) = @_;
  my $socket = new_socket($namespace, $protocol);
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($socket, pack_sockaddr_in($port, inet_aton($address))) or die "bind $address:$port: $!\n";
  if ($protocol eq 'tcp') { listen($socket, 1024) or die "listen: $!\n" }
  $servers{ fileno $socket } = [$protocol, $name];
  $reads->add($socket);
}

sub tunnel {
  my @files;
  while (my ($namespace, $device) = splice @_, 0, 2) {
    enter($namespace);
    sysopen(my $file, '/dev/net/tun', O_RDWR | O_NONBLOCK) or die "tun: $!\n";
    my $request = pack('Z16 s x22', $device, 0x1001);
    ioctl($file, 0x400454ca, $request) or die "$device: $!\n";
    push @files, $file;
    $reads->add($file);
  }
  @tunnels{ map { fileno $_ } @files } = reverse @files;
}

sub serve {
  my ($handle) = @_;
  if (my $other = $tunnels{ fileno $handle }) {
    while (sysread($handle, my $packet, 4096)) { syswrite($other, $packet) }
    return;
  }
  my ($protocol, $name) = @{ $servers{ fileno $handle } };
  if ($protocol eq 'tcp') {
    while (accept(my $client, $handle)) { syswrite($client, "$name\n"); close $client }
  } else {
    while (my $from = recv($handle, my $bytes, 100, 0)) { send($handle, $name, 0, $from) }
  }
}

sub go {
  my ($seconds) = @_;
  my (%open, $writes);
  $writes = IO::Select->new;
  for my $one (@asked) {
    my ($id, $namespace, $protocol, $address, $port) = @$one;
    my $socket = new_socket($namespace, $protocol);
    my $connected = connect($socket, pack_sockaddr_in($port, inet_aton($address)));
    if (!$connected and $! != EINPROGRESS) { print "$id refused\n"; next }
    send($socket, 'hello', 0) if $protocol eq 'udp';
    $open{ fileno $socket } = [$id, $socket];
    $reads->add($socket);
  }
  @asked = ();
  my $end = time + $seconds;
  while (%open) {
    # What came in time is read, also where the machine had no time for this program: on a busy one an answer is not silence.
    my $left = $end - time;
    my @ready = $reads->can_read($left > 0 ? $left : 0);
    last if $left <= 0 and !grep { $open{ fileno $_ } } @ready;
    for my $handle (@ready) {
      my $one = $handle == \*STDIN ? undef : $open{ fileno $handle };
      if (!defined $one) { serve($handle) unless $handle == \*STDIN; next }
      my $got = sysread($handle, my $bytes, 100);
      next if !defined $got and $! == EAGAIN;
      chomp $bytes if $got;
      print $one->[0], $got ? " ok $bytes\n" : " refused\n";
      delete $open{ fileno $handle };
      $reads->remove($handle);
      close $handle;
    }
  }
  for my $one (values %open) { print "$one->[0] silent\n"; $reads->remove($one->[1]); close $one->[1] }
  print ".\n";
}
