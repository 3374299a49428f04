/**
 * Names of ports as listings without `-n` print them, from the IANA service name registry and, where /etc/services of
 * the common distributions differs, from those. A name that means different ports on different distributions
 * (`http-alt`: 8080 or 8008) is left out on purpose.
 */
const SERVICES = `
tcpmux 1 echo 7 discard 9 systat 11 daytime 13 netstat 15 qotd 17 chargen 19 ftp-data 20 ftp 21 ssh 22 telnet 23
smtp 25 time 37 whois 43 tacacs 49 domain 53 bootps 67 bootpc 68 tftp 69 gopher 70 finger 79 http 80 kerberos 88
iso-tsap 102 pop3 110 sunrpc 111 auth 113 nntp 119 ntp 123 epmap 135 netbios-ns 137 netbios-dgm 138 netbios-ssn 139
imap2 143 imap 143 snmp 161 snmp-trap 162 snmptrap 162 bgp 179 ldap 389 https 443 snpp 444 microsoft-ds 445
kpasswd 464 submissions 465 isakmp 500 exec 512 biff 512 login 513 who 513 shell 514 syslog 514 printer 515 route 520
rip 520 uucp 540 klogin 543 kshell 544 dhcpv6-client 546 dhcpv6-server 547 rtsp 554 nntps 563 submission 587
ldaps 636 ldp 646 silc 706 rsync 873 domain-s 853 ftps-data 989 ftps 990 telnets 992 imaps 993
pop3s 995 socks 1080 openvpn 1194 rmiregistry 1099 ms-sql-s 1433 ms-sql-m 1434 l2f 1701 l2tp 1701 pptp 1723
radius 1812 radius-acct 1813 mqtt 1883 cisco-sccp 2000 nfs 2049 gnunet 2086 cvspserver 2401 etcd-client 2379 etcd-server 2380
docker 2375 docker-s 2376 swarm 2377 mysql 3306 ms-wbt-server 3389 stun 3478 nut 3493 iscsi-target 3260 svn 3690 ipsec-nat-t 4500
vxlan 4789 commplex-main 5000 commplex-link 5001 sip 5060 sip-tls 5061 mdns 5353 llmnr 5355 amqps 5671 amqp 5672
postgresql 5432 postgres 5432 xmpp-client 5222 xmpp-server 5269 rfb 5900 x11 6000 geneve 6081 redis 6379
sun-sr-https 6443 ircd 6667 afs3-fileserver 7000 afs3-callback 7001 irdmi 8000 vcom-tunnel 8001 webcache 8080
us-cli 8082 us-srv 8083 d-s-n 8086 radan-http 8088 pcsync-https 8443 fmtp 8500 ddi-tcp-1 8888 ddi-tcp-2 8889
nvc 8711 cslistener 9000 etlservicemgr 9001 websm 9090 xmltec-xmlmail 9091 copycat 9093 jetdirect 9100
git 9418 tungsten-https 9443 distinct 9999 ndmp 10000 zabbix-agent 10050 zabbix-trapper 10051 memcache 11211
`;
let byName = null;
/**
 * Reads a port as a listing prints it.
 * @param text a number, or a name where the listing was printed without `-n`.
 * @returns the port, or null for a name that is not in the table here: what it meant on the node is not known.
 */
export function parsePortWord(text) {
    if (/^\d{1,5}$/.test(text)) {
        const port = Number(text);
        return port <= 65535 ? port : null;
    }
    byName ??= tableOf(SERVICES);
    return byName.get(text) ?? null;
}
function tableOf(text) {
    const names = new Map();
    const words = text.trim().split(/\s+/);
    for (let i = 0; i + 1 < words.length; i += 2)
        names.set(words[i] ?? '', Number(words[i + 1]));
    return names;
}
