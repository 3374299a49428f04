#!/usr/bin/perl
# Sockets for the kernel tests: Node.js has no raw ones. perl-base is on every Debian machine, so nothing need be installed.
# It understands nothing of what passes: bytes come in and go out as hexadecimal, and TypeScript makes sense of them.
#
#   perl agent.pl NAMESPACE-FILE...
#
# One command a line. `run` answers with one line for each thing received, then a line with a dot:
#   open NAME NAMESPACE-INDEX DOMAIN TYPE PROTOCOL
#   option NAME LEVEL OPTION HEX          bind NAME HEX          connect NAME HEX          close NAME
#   listen NAME                           its bytes are told:    NAME ADDRESS BYTES
#   send NAME HEX [ADDRESS]               what fails is told:    NAME ! ERRNO
#   run FENCE-NAME HEX ADDRESS WITNESS    sends the fence, then tells all that came before the witness has seen it
use strict;
use warnings;
use Errno;

my $machine = (split / /, qx(uname -m))[0];
chomp $machine;
my %numbers = (x86_64 => [308, 203], aarch64 => [268, 122]);
my ($setns, $setaffinity) = @{ $numbers{$machine} or die "no system call numbers for $machine\n" };
use constant { CLONE_NEWNET => 0x40000000, MSG_DONTWAIT => 0x40, WAIT => 3 };

my @namespaces = map { open(my $file, '<', $_) or die "$_: $!\n"; $file } @ARGV;
# On one processor the queues between devices keep their order, so that the fence comes last.
my $mask = pack('Q', 1 << ($$ % 2));
syscall($setaffinity, 0, length $mask, $mask);

my (%sockets, @listening, @failed);
$| = 1;
print "ready\n";
while (my $line = <STDIN>) {
  my ($command, $name, @words) = split ' ', $line;
  my $done = 1;
  if ($command eq 'open') {
    my ($index, $domain, $type, $protocol) = @words;
    syscall($setns, fileno $namespaces[$index], CLONE_NEWNET) == 0 or die "setns: $!\n";
    socket($sockets{$name}, $domain, $type, $protocol) or die "socket $name: $!\n";
  } elsif ($command eq 'close') {
    close delete $sockets{$name};
  } elsif ($command eq 'listen') {
    push @listening, $name;
  } elsif ($command eq 'option') {
    $done = setsockopt($sockets{$name}, $words[0], $words[1], pack('H*', $words[2]));
  } elsif ($command eq 'bind') {
    $done = bind($sockets{$name}, pack('H*', $words[0]));
  } elsif ($command eq 'connect') {
    $done = connect($sockets{$name}, pack('H*', $words[0]));
  } elsif ($command eq 'send') {
    my ($bytes, $address) = map { pack('H*', $_) } @words;
    $done = defined($address) ? send($sockets{$name}, $bytes, MSG_DONTWAIT, $address) : send($sockets{$name}, $bytes, MSG_DONTWAIT);
  } elsif ($command eq 'run') {
    run($name, pack('H*', $words[0]), pack('H*', $words[1]), $words[2]);
  } else {
    die "what is $command?\n";
  }
  push @failed, "$name ! " . ($! + 0) unless defined $done and $done;
}

sub run {
  my ($fence, $bytes, $address, $witness) = @_;
  print "$_\n" for @failed;
  @failed = ();
  send($sockets{$fence}, $bytes, 0, $address) or die "fence: $!\n";
  my $until = time + WAIT;
  my $passed = 0;
  while (!$passed) {
    die "the fence did not arrive\n" if time > $until;
    my $ready = '';
    vec($ready, fileno $sockets{$witness}, 1) = 1;
    select($ready, undef, undef, 0.1) or next;
    while (defined(my $from = recv($sockets{$witness}, my $got, 65536, MSG_DONTWAIT))) {
      if (index($got, $bytes) >= 0) { $passed = 1; next }
      told($witness, $from, $got);
    }
  }
  for my $name (grep { $_ ne $witness } @listening) {
    while (defined(my $from = recv($sockets{$name}, my $got, 65536, MSG_DONTWAIT))) { told($name, $from, $got) }
    # Nothing left is no error; messages that did not fit (ENOBUFS) are.
    print "$name ! ", $! + 0, "\n" unless $!{EAGAIN};
  }
  print ".\n";
}

sub told { my ($name, $from, $got) = @_; print join(' ', $name, unpack('H*', $from) || '-', unpack('H*', $got)), "\n" }
