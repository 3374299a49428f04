/** @returns rules of kube-proxy, as iptables-save prints them, for one Service at 10.96.0.1:80 with so many endpoints; `sticky`: with session affinity. */
export function fanOf(endpoints: number, sticky = false): string {
  const service = 'KUBE-SVC-FANFANFANFANFANF';
  const numbers = Array.from({ length: endpoints }, (_, index) => index);
  const chain = (index: number) => `KUBE-SEP-${index.toString(36).toUpperCase().padStart(16, 'A')}`;
  const address = (index: number) => `10.244.${index >> 8}.${index & 255}`;
  return [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ':KUBE-SERVICES - [0:0]',
    `:${service} - [0:0]`,
    ...numbers.map((index) => `:${chain(index)} - [0:0]`),
    '[7:420] -A PREROUTING -j KUBE-SERVICES',
    '[7:420] -A OUTPUT -j KUBE-SERVICES',
    `[7:420] -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/fan:http cluster IP" -m tcp --dport 80 -j ${service}`,
    ...(sticky ? numbers : []).map(
      (index) =>
        `-A ${service} -m comment --comment "shop/fan:http -> ${address(index)}:8080" -m recent --rcheck --seconds 10800 --reap --name ${chain(index)} --mask 255.255.255.255 --rsource -j ${chain(index)}`,
    ),
    ...numbers.map((index) => {
      const left = endpoints - index;
      const chance = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
      return `-A ${service} -m comment --comment "shop/fan:http -> ${address(index)}:8080"${chance} -j ${chain(index)}`;
    }),
    ...numbers.map(
      (index) =>
        `-A ${chain(index)} -p tcp -m comment --comment "shop/fan:http" -m tcp -j DNAT --to-destination ${address(index)}:8080`,
    ),
    'COMMIT',
    '',
  ].join('\n');
}
